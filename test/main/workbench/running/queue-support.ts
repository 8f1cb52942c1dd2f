/** A store, a queue over it, and a runner that trains nothing but behaves like one that does. */
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import type { WorkbenchEvent } from '../../../../src/shared/contract/events.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import type { SearchResult } from '../../../../src/shared/domain/search.ts';
import { sameTraining } from '../../../../src/shared/domain/training.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { Crew } from '../../../../src/main/workbench/running/crew.ts';
import { SearchQueue } from '../../../../src/main/workbench/running/queue.ts';
import type { RunSearchOptions, Workbench } from '../../../../src/main/workbench/workbench.ts';
import { ENVIRONMENT, FINGERPRINT, sampleTraining } from '../../store/samples.ts';

/** Finishes one training of a search each time it is allowed to. */
export class FakeRunner implements Pick<Workbench, 'owner' | 'run' | 'crewOf'> {
  readonly owner: string;
  /** Ids of searches in the order in which they were started. */
  readonly started: string[] = [];
  /** Sweeps whose searches were to run together, in the order in which they began. */
  readonly crews: string[] = [];
  #allowed = 0;
  /** How the next run fails, if it does. */
  failure: Error | undefined;
  readonly #store: Store;

  constructor(store: Store, owner = 'this process') {
    this.#store = store;
    this.owner = owner;
  }

  /** Lets so many more trainings come to their end. */
  allow(trainings: number): void {
    this.#allowed += trainings;
  }

  crewOf(sweepId: string): Crew {
    this.crews.push(sweepId);
    return new Crew({ size: 1 });
  }

  async run(id: string, options: RunSearchOptions = {}): Promise<SearchResult> {
    const { control, onEvent = () => undefined } = options;
    this.started.push(id);
    this.#store.acquireLease(id, this.owner);
    try {
      const search = this.#store.getSearch(id);
      this.#store.startSearch(id, ENVIRONMENT, FINGERPRINT);
      const done = this.#store.finishedTrainings(id);
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
        const training = sampleTraining(key, {}, this.#store.layout(id));
        onEvent({ type: 'evaluation', key, evaluation: training.evaluations[0]! });
        while (this.#allowed === 0 || control?.isPaused) {
          if (control?.isStopped) throw new WorkbenchError('interrupted', 'stopped');
          await wait(1);
        }
        this.#allowed -= 1;
        this.#store.saveTraining(id, training);
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
      this.#store.setStatus(id, 'finished');
      // The queue looks at no result.
      return {} as SearchResult;
    } catch (error) {
      const isInterrupted = error instanceof WorkbenchError && error.code === 'interrupted';
      const report = { code: 'internal', message: String(error) } as const;
      if (isInterrupted) this.#store.setStatus(id, 'interrupted');
      else this.#store.setStatus(id, 'failed', report);
      throw error;
    } finally {
      this.#store.releaseLease(id, this.owner);
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
    workbench: runner,
    emit: (event) => events.push(event),
    onError: (error) => errors.push(error),
  });
  onTestFinished(async () => {
    await queue.close();
    store.close();
  });
  return { store, runner, queue, events, errors };
}
