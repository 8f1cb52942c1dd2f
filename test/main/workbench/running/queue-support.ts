/** A store, a queue over it, and a runner that trains nothing but behaves like one that does. */
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import type { WorkbenchEvent } from '../../../../src/shared/contract/events.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import type { SearchResult } from '../../../../src/shared/domain/search.ts';
import { sameTraining } from '../../../../src/shared/domain/training.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { SearchQueue } from '../../../../src/main/workbench/running/queue.ts';
import {
  type SearchEnd,
  earlyEnd,
  reportAfter,
  statusAfter,
} from '../../../../src/main/workbench/running/search-end.ts';
import { SearchGroup } from '../../../../src/main/workbench/running/search-group.ts';
import type {
  RunSearchOptions,
  SearchRunner,
} from '../../../../src/main/workbench/running/search-runner.ts';
import { ENVIRONMENT, FINGERPRINT, sampleTraining } from '../../store/samples.ts';

/** Finishes one training of a search each time it is allowed to. */
export class FakeRunner implements Pick<SearchRunner, 'owner' | 'runToEnd' | 'groupOf'> {
  readonly owner: string;
  /** Ids of searches in the order in which they were started. */
  readonly started: string[] = [];
  /** Sweeps whose searches were to run together, in the order in which they began. */
  readonly sweeps: string[] = [];
  #allowed = 0;
  /** How many evaluations each training has, those of its checkpoint included. */
  evaluations = 1;
  /** How the next run fails, if it does. */
  failure: Error | undefined;
  /** Thrown when a sweep is to run, if anything is. */
  groupFailure: Error | undefined;
  /** How often each search was run with how many workers. */
  readonly workers: (number | undefined)[] = [];
  readonly #store: Store;
  readonly #ends = new Map<string, PromiseWithResolvers<undefined>>();

  constructor(store: Store, owner = 'this process') {
    this.#store = store;
    this.owner = owner;
  }

  /** Lets so many more trainings come to their end. */
  allow(trainings: number): void {
    this.#allowed += trainings;
  }

  /** Resolves when the last run of a search has trained as long as it was to, before that is saved. */
  async ended(id: string): Promise<void> {
    await this.#ends.get(id)?.promise;
  }

  groupOf(sweepId: string): SearchGroup {
    this.sweeps.push(sweepId);
    if (this.groupFailure) throw this.groupFailure;
    return new SearchGroup({ workers: 1 });
  }

  async runToEnd(id: string, options: RunSearchOptions = {}): Promise<SearchEnd> {
    const { control, onEvent = () => undefined } = options;
    this.started.push(id);
    this.workers.push(options.workers);
    const end = Promise.withResolvers<undefined>();
    this.#ends.set(id, end);
    this.#store.leases.acquire(id, this.owner);
    try {
      const search = this.#store.searches.get(id);
      this.#store.searches.start(id, ENVIRONMENT, FINGERPRINT);
      const done = this.#store.trainings.keys(id);
      const missing = plannedTrainings(search.settings).filter(
        (key) => !done.some((other) => sameTraining(key, other)),
      );
      onEvent({
        type: 'started',
        id,
        name: search.name,
        workers: 1,
        trainingsDone: done.length,
        trainingsTotal: search.trainingsTotal,
      });
      if (this.failure) throw this.failure;
      for (const key of missing) {
        if (control?.isDraining) throw new WorkbenchError('interrupted', 'drained');
        onEvent({ type: 'training-started', key });
        const training = sampleTraining(key, {}, this.#store.searches.layout(id));
        for (let count = 0; count < this.evaluations; count += 1) {
          onEvent({ type: 'evaluation', key, evaluation: training.evaluations[0]! });
        }
        while (this.#allowed === 0 || control?.isPaused) {
          if (control?.isStopped) throw new WorkbenchError('interrupted', 'stopped');
          await wait(1);
        }
        this.#allowed -= 1;
        this.#store.trainings.save(id, training);
        onEvent({
          type: 'training-finished',
          key,
          density: training.density,
          earlyStopIteration: 0,
          testAccuracy: 0.5,
          trainingMilliseconds: 1,
          evaluationMilliseconds: 1,
        });
      }
      this.#store.searches.setStatus(id, 'finished');
      // The queue looks at no result.
      return { reason: 'finished', result: {} as SearchResult };
    } catch (error) {
      end.resolve(undefined);
      const early = earlyEnd(error, id, false);
      const status = statusAfter(early);
      if (status !== undefined) {
        await this.#store.inTurn(() => {
          this.#store.searches.setStatus(id, status, reportAfter(early));
        });
      }
      return early;
    } finally {
      end.resolve(undefined);
      await this.#store.inTurn(() => {
        this.#store.leases.release(id, this.owner);
      });
    }
  }
}

export interface TestQueue {
  readonly store: Store;
  readonly runner: FakeRunner;
  readonly queue: SearchQueue;
  readonly events: WorkbenchEvent[];
  readonly errors: unknown[];
}

/** Another queue over the same file is another process's, as long as its owner is. */
export function openQueue(file: string, owner?: string): TestQueue {
  const store = Store.open(file);
  const runner = new FakeRunner(store, owner);
  const events: WorkbenchEvent[] = [];
  const errors: unknown[] = [];
  const queue = new SearchQueue({
    store,
    runner,
    emit: (event) => events.push(event),
    onError: (error) => errors.push(error),
  });
  onTestFinished(async () => {
    await queue.close();
    store.close();
  });
  return { store, runner, queue, events, errors };
}
