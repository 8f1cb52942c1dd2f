/** Reads everything in a data directory and says, as JSON, what it found; a crash ends only this process. */
import { hash } from 'node:crypto';
import process from 'node:process';
import { reportOf } from '../../src/shared/contract/errors.ts';
import { SearchHistory } from '../../src/main/workbench/history/search-history.ts';
import { Store } from '../../src/main/store/store.ts';
import { databaseOf, keptOf } from '../kept.ts';

const [, , directory = '', ...ids] = process.argv;
const answer: Record<string, unknown> = {};
try {
  const store = Store.open(databaseOf(directory));
  try {
    for (const id of ids) {
      try {
        const kept = Object.fromEntries(keptOf(store, id));
        answer[id] = { kept, shown: hash('sha256', JSON.stringify(shown(store, id))) };
      } catch (error) {
        answer[id] = { error: reportOf(error) };
      }
    }
    answer['problems'] = store.integrityCheck();
  } finally {
    store.close();
  }
} catch (error) {
  answer['error'] = reportOf(error);
}
process.stdout.write(`${JSON.stringify(answer)}\n`);

/** What `ticket show` prints of the search and its results. */
function shown(store: Store, id: string): unknown {
  const history = new SearchHistory(store);
  return [history.get(id), history.result(id), history.costs(id)];
}
