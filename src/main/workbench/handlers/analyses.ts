import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { AnalysisOverview } from '../../../shared/contract/records/analyses.ts';
import type { AnalysisRecord } from '../../../shared/domain/analysis.ts';
import { parseAnalysis } from '../analyses/analysis-input.ts';
import { checkPlugIns, missingAnalysis, missingError } from '../plug-ins/used.ts';
import { reportOf } from '../exports/analysis-results.ts';
import { changedRow, type HandlerContext } from './context.ts';
import type { HandlersOf } from './handlers.ts';

type Names = `search.${'analyses' | 'analyse' | 'analysis' | 'forgetAnalysis' | 'overlap'}`;

/** Analyses of searches, which add to their verdicts. */
export function analysisHandlers(context: HandlerContext): HandlersOf<Names> {
  const { store, workbench, queue } = context;
  return {
    'search.analyses': ({ id }) =>
      workbench.analyses.list(id).map((record) => overviewOf(context, id, record)),
    'search.analyse': async ({ id, analysis, workers }) => {
      const search = store.searches.get(id);
      // Before it is looked up: an analysis that is asked for again may be missing now.
      const { id: wanted } = analysis;
      checkPlugIns(search, store.directory, typeof wanted === 'string' ? [wanted] : []);
      const record = await workbench.analyses.request(search.id, parseAnalysis(analysis));
      const isMissing = record.finishedAt === undefined;
      if (isMissing) await queue.analyse(search.id, workers);
      changedRow(context, search.id);
      return overviewOf(context, search.id, record);
    },
    'search.analysis': ({ id, analysis, selection }) => {
      const search = store.searches.get(id);
      const record = store.analyses.get(search.id, analysis);
      const missing = missingAnalysis(search, record.choice.id);
      if (missing) throw missingError(search, missing, store.directory);
      const results = workbench.analyses.results(search.id, analysis).map(({ result }) => result);
      const options = { name: search.name, ...selection };
      const report = reportOf(record.choice.id, results, options);
      return { ...overviewOf(context, search.id, record), report };
    },
    'search.forgetAnalysis': async ({ id, analysis }) => {
      const search = store.searches.get(id);
      await store.inTurn(() => {
        const { state } = overviewOf(context, search.id, store.analyses.get(search.id, analysis));
        if (state === 'running' || state === 'waiting') {
          throw new WorkbenchError(
            'conflict',
            `analysis ${analysis} of the search ${search.id} is ${state}`,
            'Stop the search first.',
          );
        }
        store.analyses.delete(search.id, analysis);
      });
      changedRow(context, id);
      return undefined;
    },
    'search.overlap': ({ ids, reference, pairs }) =>
      workbench.tickets.overlap(ids, { reference, isOnlyWithReference: pairs === 'reference' }),
  };
}

function overviewOf(
  { queue, store }: HandlerContext,
  id: string,
  record: AnalysisRecord,
): AnalysisOverview {
  if (record.finishedAt !== undefined) return { ...record, state: 'finished' };
  if (!record.isWanted) return { ...record, state: 'stopped' };
  const running = queue.live.live(id)?.analysing?.running ?? [];
  if (running.some(({ analysis }) => analysis === record.id))
    return { ...record, state: 'running' };
  const isToRun =
    store.searches.get(id).status !== 'finished' ||
    store.queue.list().some(({ searchId }) => searchId === id);
  return { ...record, state: isToRun ? 'waiting' : 'stopped' };
}
