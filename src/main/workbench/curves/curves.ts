/** Learning curves, as many of their evaluations as a window can draw. */
import type { LearningCurve } from '../../../shared/contract/records/search-results.ts';
import { expectedEvaluations } from '../../../shared/domain/settings/test-interval.ts';
import type { Store } from '../../store/store.ts';
import { StoreThread } from '../store-thread.ts';
import { type CurveTasks, readCurves, type WantedCurves } from './curve-work.ts';
import { KeptCurves } from './kept-curves.ts';

/**
 * Longer curves are read in a thread. Reading as many evaluations takes some 50 ms, starting the thread some
 * 200 ms.
 */
const MOST_INLINE = 20_000;

export class Curves {
  readonly #store: Store;
  readonly #kept = new KeptCurves(10 * MOST_INLINE);
  readonly #thread: StoreThread<CurveTasks>;

  constructor(store: Store) {
    this.#store = store;
    this.#thread = new StoreThread({
      module: new URL('curve-worker.ts', import.meta.url),
      name: 'ticket-curves',
      directory: store.directory,
    });
  }

  /** @throws WorkbenchError as `readCurves`. */
  read(wanted: WantedCurves): Promise<readonly LearningCurve[]> {
    if (this.#evaluations(wanted) > MOST_INLINE) return this.#thread.run('curves', wanted);
    return Promise.resolve(readCurves(this.#store, this.#kept, wanted));
  }

  /** Ends when the thread does not have the database open any more. */
  close(): Promise<void> {
    return this.#thread.close();
  }

  /** Roughly. */
  #evaluations({ searchId, finished, running }: WantedCurves): number {
    const { training } = this.#store.searches.get(searchId).settings;
    const each = expectedEvaluations(training, 0, training.iterations).validation;
    const read = finished.length * each;
    return running.reduce((sum, { iterations }) => sum + iterations.length, read);
  }
}
