import type { HistoryLine } from '../../../shared/contract/records/history.ts';
import { shortValues } from '../../../shared/domain/sweep.ts';
import type { StoredLine } from '../../store/history-lines.ts';
import { withDifferences } from '../history/baseline-differences.ts';
import { sweepRow } from '../history/sweep-table.ts';
import type { HandlersOf } from './handlers.ts';
import { changedRow, changedRows, type HandlerContext, rowsOf, shownRow } from './context.ts';
import { TRASH_MILLISECONDS } from '../storage/trash-time.ts';
import { exportedHistory } from './exported-file.ts';

type Names =
  | `history.${'lines' | 'settings' | 'values' | 'export'}`
  | `search.${'list' | 'ids' | 'rename' | 'tag' | 'note' | 'archive' | 'delete' | 'undelete'}`
  | 'tags';

/** The table of all searches, and what users add to them. */
export function historyHandlers(context: HandlerContext): HandlersOf<Names> {
  const { store, workbench, emit } = context;
  const { history } = store;
  return {
    'search.list': (query) => {
      const { rows, total } = history.list(query);
      return { rows: rows.map((row) => shownRow(context, row)), total };
    },
    'history.lines': (query) => {
      const { lines, ...counts } = history.lines(query);
      const compared = withDifferences(store, query, lines);
      return { ...counts, lines: compared.map((line) => shownLine(context, line)) };
    },
    'history.settings': () => history.settings(),
    'history.values': ({ name }) => history.values(name),
    'history.export': async (query) =>
      exportedHistory(await workbench.historyTables.csv(query), query.format),
    'search.ids': ({ filter, sort }) => history.ids(filter, sort),
    'search.rename': async ({ id, name }) => {
      await store.inTurn(() => {
        history.rename(id, name);
      });
      return changedRow(context, id);
    },
    'search.tag': async ({ ids, add, remove }) => {
      await store.inTurn(() => {
        history.setTags(ids, add, remove);
      });
      return changedRows(context, ids);
    },
    'search.note': async ({ id, note }) => {
      await store.inTurn(() => {
        history.setNote(id, note);
      });
      return changedRow(context, id);
    },
    'search.archive': async ({ ids, archived }) => {
      await store.inTurn(() => {
        history.setArchived(ids, archived);
      });
      return changedRows(context, ids);
    },
    'search.delete': async ({ ids }) => {
      await store.inTurn(() => {
        history.markDeleted(ids);
      });
      emit({ type: 'search-deleted', ids });
      return { ids, purgedAfter: Date.now() + TRASH_MILLISECONDS };
    },
    'search.undelete': async ({ ids }) => {
      const restored = await store.inTurn(() => history.unmarkDeleted(ids));
      emit({ type: 'search-undeleted', ids: restored });
      return rowsOf(context, restored);
    },
    tags: () => history.tags(),
  };
}

function shownLine(context: HandlerContext, line: StoredLine): HistoryLine {
  if (line.kind === 'sweep') {
    const shards = context.plans.countsOfPlan(line.matching[0] ?? '');
    return { ...line, row: { ...sweepRow(line.row), shards } };
  }
  const row = shownRow(context, line.row);
  if (!line.sweep) return { ...line, row, sweep: undefined };
  const { id, name, axes, point } = line.sweep;
  return { ...line, row, sweep: { id, name, values: shortValues(axes)(point) } };
}
