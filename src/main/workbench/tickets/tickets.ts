/** What survived: masks and weights of finished trainings, for the Ticket tab. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchOverlap } from '../../../shared/contract/records/analyses.ts';
import type {
  TicketComparison,
  TicketFate,
  TicketMask,
  TicketOverview,
  TicketPaths,
} from '../../../shared/contract/records/tickets.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { expectedEvaluations } from '../../../shared/domain/settings/test-interval.ts';
import {
  describeTraining,
  nameOfTraining,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import type { InputMap } from '../../../shared/ticket/input-map.ts';
import type { UnitWeights } from '../../../shared/ticket/unit-weights.ts';
import { droppedError } from '../../store/dropped-weights.ts';
import type { Store } from '../../store/store.ts';
import { checkSameNetwork, type OverlapOptions } from '../analyses/search-overlap.ts';
import { StoreThread } from '../store-thread.ts';
import { ticketOverview } from './overview.ts';
import { firstLayer, networkOf, ticketLayers } from './ticket-network.ts';
import { performTicketWork, type TicketTask, type TicketTasks } from './ticket-work.ts';

/**
 * Work on more values than this runs in a thread. Reading as many weights takes some 10 ms, starting the
 * thread some 200 ms.
 */
const MOST_INLINE = 1_000_000;

/** All measurements of a training are checked before its arrays are read: one takes as long as so many weights. */
const VALUES_OF_EVALUATION = 50;

/** The counts of so many trainings are kept: masks do not change. */
const MOST_KEPT_PATHS = 1000;

export class Tickets {
  readonly #store: Store;
  readonly #thread: StoreThread<TicketTasks>;
  /** Effective weights of each layer, by search and training. */
  readonly #paths = new Map<string, Uint32Array>();

  constructor(store: Store) {
    this.#store = store;
    this.#thread = new StoreThread({
      module: new URL('ticket-worker.ts', import.meta.url),
      name: 'ticket-weights',
      directory: store.directory,
    });
  }

  /** @throws WorkbenchError `not-found`. */
  overview(searchId: string): TicketOverview {
    return ticketOverview(this.#store, this.#store.searches.get(searchId));
  }

  /** @throws WorkbenchError `not-found` for a training that has not finished, or an unknown tensor. */
  mask(searchId: string, key: TrainingKey, tensor: string): Promise<TicketMask> {
    const search = this.#store.searches.get(searchId);
    const { prunableCount } = this.#store.searches.layout(search.id, key.branch);
    const size = prunableCount + valuesOfCheck(search);
    return this.#run('mask', { searchId: search.id, key, tensor }, size);
  }

  /**
   * @param values which of the first layer are summed. Default: also its weights, where they are stored.
   * @throws WorkbenchError `not-found` for a training that has not finished.
   */
  inputs(
    searchId: string,
    key: TrainingKey,
    values: 'mask' | 'mask and weights' = 'mask and weights',
  ): Promise<InputMap> {
    const search = this.#store.searches.get(searchId);
    const layout = this.#store.searches.layout(search.id, key.branch);
    const first = firstLayer(layout, networkOf(this.#store, search, key.branch));
    const hasWeights = values !== 'mask' && this.#hasWeights(search, key);
    const size = hasWeights ? layout.parameterCount : layout.prunableCount;
    const given = { searchId: search.id, key, first, hasWeights };
    return this.#run('inputs', given, size + valuesOfCheck(search));
  }

  /** @throws WorkbenchError `not-found` for an unknown tensor or unit, or where no weights are stored. */
  units(
    searchId: string,
    key: TrainingKey,
    chosen: { readonly tensor: string; readonly first: number; readonly count: number },
  ): Promise<UnitWeights> {
    const { id, size } = this.#withWeights(searchId, key);
    return this.#run('units', { searchId: id, key, ...chosen }, size);
  }

  /** @throws WorkbenchError `not-found` for an unknown tensor, or where no weights are stored. */
  fate(searchId: string, key: TrainingKey, tensor: string | undefined): Promise<TicketFate> {
    const { id, size } = this.#withWeights(searchId, key);
    // The weights of every earlier level are read, too.
    return this.#run('fate', { searchId: id, key, tensor }, size * (key.level + 1));
  }

  /** @throws WorkbenchError `not-found` for a training that has not finished. */
  async paths(searchId: string, key: TrainingKey): Promise<TicketPaths> {
    const search = this.#store.searches.get(searchId);
    const name = `${search.id}/${nameOfTraining(key)}`;
    const known = this.#paths.get(name);
    if (known) return { effective: known };
    const network = networkOf(this.#store, search, key.branch);
    if (!network) return { effective: undefined };
    const layout = this.#store.searches.layout(search.id, key.branch);
    // Paths are followed position by position.
    const followed = ticketLayers(layout, network).reduce(
      (sum, { weights, uses = 1 }) => sum + weights * uses,
      0,
    );
    const given = { searchId: search.id, key, network };
    const effective = await this.#run('paths', given, followed + valuesOfCheck(search));
    if (this.#paths.size >= MOST_KEPT_PATHS) this.#paths.clear();
    this.#paths.set(name, effective);
    return { effective };
  }

  /** @throws WorkbenchError `not-found`; `conflict` naming the tensor in which the networks differ. */
  async compare(
    one: { readonly searchId: string; readonly key: TrainingKey },
    other: { readonly searchId: string; readonly key: TrainingKey },
  ): Promise<TicketComparison> {
    const sideOf = ({ searchId, key }: typeof one) => {
      const search = this.#store.searches.get(searchId);
      const { id } = search;
      const values = valuesOfCheck(search);
      return { id, key, values, layout: this.#store.searches.layout(id, key.branch) };
    };
    const [left, right] = [sideOf(one), sideOf(other)];
    checkSameNetwork(left, right);
    return this.#run(
      'comparison',
      {
        one: { searchId: left.id, key: left.key },
        other: { searchId: right.id, key: right.key },
      },
      left.layout.prunableCount + left.values + right.values,
    );
  }

  /**
   * As `searchOverlap`.
   *
   * @throws WorkbenchError as that does.
   */
  async overlap(
    searchIds: readonly string[],
    options: OverlapOptions = {},
  ): Promise<SearchOverlap> {
    const sizes = searchIds.map((searchId) => {
      const search = this.#store.searches.get(searchId);
      const { prunableCount } = this.#store.searches.layout(search.id);
      return this.#store.trainings.count(search.id) * (prunableCount + valuesOfCheck(search));
    });
    const size = sizes.reduce((sum, each) => sum + each, 0);
    return this.#run('overlap', { searchIds, options }, size);
  }

  /** Ends when the thread does not have the database open any more. */
  close(): Promise<void> {
    return this.#thread.close();
  }

  /** @param size how many values are worked on, roughly. */
  #run<Task extends TicketTask>(
    task: Task,
    given: TicketTasks[Task]['given'],
    size: number,
  ): Promise<TicketTasks[Task]['result']> {
    if (size > MOST_INLINE) return this.#thread.run(task, given);
    return Promise.resolve(performTicketWork(this.#store, task, given));
  }

  #hasWeights({ id }: SearchRecord, key: TrainingKey): boolean {
    const stored = this.#store.trainings.storedArrays(id).get(nameOfTraining(key));
    return stored?.has('final-weights') === true && stored.has('initial-weights');
  }

  #withWeights(searchId: string, key: TrainingKey): { readonly id: string; readonly size: number } {
    const search = this.#store.searches.get(searchId);
    if (!this.#hasWeights(search, key)) {
      const at = this.#store.droppedWeights.at(search.id);
      if (at !== undefined) {
        throw droppedError(
          `the weights of ${describeTraining(key)} of the search ${search.id}`,
          at,
        );
      }
      throw new WorkbenchError(
        'not-found',
        `no weights are stored of ${describeTraining(key)} of the search ${search.id}`,
        'Its masks and measurements can be shown. To have its weights, run the search again.',
      );
    }
    const { parameterCount } = this.#store.searches.layout(search.id, key.branch);
    return { id: search.id, size: 2 * parameterCount + valuesOfCheck(search) };
  }
}

/** How many values take as long as the check of a training's measurements, roughly. */
function valuesOfCheck({ settings: { training } }: SearchRecord): number {
  const { validation } = expectedEvaluations(training, 0, training.iterations);
  return VALUES_OF_EVALUATION * validation;
}
