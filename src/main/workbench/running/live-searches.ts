/** The current progress of running searches, which the store does not have. For windows. */
import type {
  RunningTraining,
  SearchEvent,
  WorkbenchEvent,
} from '../../../shared/contract/events.ts';
import type { LiveSearch, StopMoment } from '../../../shared/contract/records/live.ts';
import type { SweepLive } from '../../../shared/contract/records/sweeps.ts';
import {
  type Evaluation,
  sameTraining,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import type { RunControl } from './run-control.ts';
import type { Progress } from './shared-trainings.ts';

/** The learning curve of a running training, so far. */
export interface RunningCurve {
  readonly key: TrainingKey;
  readonly evaluations: readonly Evaluation[];
}

/** A sweep whose searches run together. */
export interface RunningSweep {
  readonly id: string;
  progress(): Progress;
}

interface Followed {
  readonly id: string;
  readonly control: RunControl;
  readonly sweep: RunningSweep | undefined;
  workers: number;
  fraction: number;
  etaSeconds: number | undefined;
  running: readonly RunningTraining[];
  stopping: StopMoment | undefined;
  curves: { readonly key: TrainingKey; readonly evaluations: Evaluation[] }[];
  analysing: LiveSearch['analysing'];
}

/** Each search of a sweep reports its progress. The sweep as a whole reports at most this often. */
const SWEEP_LIVE_MILLISECONDS = 250;

export class LiveSearches {
  readonly #emit: (event: WorkbenchEvent) => void;
  readonly #followed = new Map<string, Followed>();
  /** When each sweep last reported, on the clock of `performance`. */
  readonly #sweepsTold = new Map<string, number>();

  constructor(emit: (event: WorkbenchEvent) => void) {
    this.#emit = emit;
  }

  begin(id: string, control: RunControl, sweep: RunningSweep | undefined): void {
    this.#followed.set(id, {
      id,
      control,
      sweep,
      workers: 0,
      fraction: 0,
      etaSeconds: undefined,
      running: [],
      stopping: undefined,
      curves: [],
      analysing: undefined,
    });
    this.tell(id);
  }

  /** Ends following a search. A sweep ends with the last of its searches. */
  end(id: string): void {
    const sweep = this.#followed.get(id)?.sweep;
    this.#followed.delete(id);
    this.#emit({ type: 'search-live', id, live: undefined });
    if (!sweep || this.#membersOf(sweep.id).length > 0) return;
    this.#sweepsTold.delete(sweep.id);
    this.#emit({ type: 'sweep-live', id: sweep.id, live: undefined });
  }

  setStopping(id: string, when: StopMoment): void {
    const followed = this.#followed.get(id);
    if (followed) followed.stopping = when;
    this.tell(id);
  }

  /** Updates a search's progress from an event. */
  follow(id: string, event: SearchEvent): void {
    const followed = this.#followed.get(id);
    if (!followed) return;
    switch (event.type) {
      case 'started':
        followed.workers = event.workers;
        followed.fraction = event.trainingsDone / event.trainingsTotal;
        this.tell(id);
        return;
      case 'progress':
        followed.fraction = event.fraction;
        followed.etaSeconds = event.etaSeconds;
        followed.running = event.running;
        this.tell(id);
        return;
      case 'training-started':
        // A training that restarts gets a new curve.
        followed.curves = [
          ...followed.curves.filter(({ key }) => !sameTraining(key, event.key)),
          { key: event.key, evaluations: [] },
        ];
        return;
      case 'evaluation':
        followed.curves
          .find(({ key }) => sameTraining(key, event.key))
          ?.evaluations.push(event.evaluation);
        return;
      case 'training-finished':
        followed.curves = followed.curves.filter(({ key }) => !sameTraining(key, event.key));
        return;
      case 'analysing': {
        const { fraction, etaSeconds, unitsDone, unitsTotal, running } = event;
        followed.fraction = fraction;
        followed.etaSeconds = etaSeconds;
        followed.running = [];
        followed.analysing = { unitsDone, unitsTotal, running };
        this.tell(id);
        return;
      }
      case 'training-resumed':
      case 'preparing':
      case 'data-read':
      case 'warning':
      case 'analysis-unit-finished':
      case 'result':
      case 'interrupted':
      case 'failed':
        return;
    }
  }

  live(id: string): LiveSearch | undefined {
    const followed = this.#followed.get(id);
    return followed && liveOf(followed);
  }

  /** Undefined for a sweep that does not run here. */
  liveSweep(sweepId: string): SweepLive | undefined {
    const members = this.#membersOf(sweepId);
    const sweep = members[0]?.sweep;
    if (!sweep) return undefined;
    const isPaused = members.every(({ control }) => control.isPaused);
    const { fraction, etaSeconds } = sweep.progress();
    return {
      fraction,
      etaSeconds: isPaused ? undefined : etaSeconds,
      running: members.reduce((sum, { running }) => sum + running.length, 0),
    };
  }

  /** The curves of the running trainings. */
  curves(id: string): readonly RunningCurve[] {
    return this.#followed.get(id)?.curves ?? [];
  }

  /** Sends a search's progress to windows, and from time to time its sweep's. */
  tell(id: string): void {
    const followed = this.#followed.get(id);
    if (!followed) return;
    this.#emit({ type: 'search-live', id, live: liveOf(followed) });
    if (followed.sweep) this.#tellSweep(followed.sweep.id);
  }

  #tellSweep(sweepId: string): void {
    const now = performance.now();
    const before = this.#sweepsTold.get(sweepId);
    if (before !== undefined && now - before < SWEEP_LIVE_MILLISECONDS) return;
    this.#sweepsTold.set(sweepId, now);
    this.#emit({ type: 'sweep-live', id: sweepId, live: this.liveSweep(sweepId) });
  }

  #membersOf(sweepId: string): Followed[] {
    return [...this.#followed.values()].filter(({ sweep }) => sweep?.id === sweepId);
  }
}

function liveOf(followed: Followed): LiveSearch {
  const { control, workers, fraction, running, stopping, analysing } = followed;
  const { isPaused } = control;
  const etaSeconds = isPaused ? undefined : followed.etaSeconds;
  return { fraction, etaSeconds, workers, running, isPaused, stopping, analysing };
}
