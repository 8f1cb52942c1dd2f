/** The analyses of a search: their units run in parallel on its workers. */
import type { RunningUnit, SearchEvent } from '../../../shared/contract/events.ts';
import type {
  AnalysisRecord,
  AnalysisUnit,
  AnalysisUnitRecord,
  ArrayNeed,
} from '../../../shared/domain/analysis.ts';
import type { EngineId } from '../../../shared/domain/engine.ts';
import { Pace } from './pace.ts';
import type { RunControl } from './run-control.ts';
import type { Job, JobList, Scheduler } from './scheduler.ts';
import type { SearchTasks } from './search-tasks.ts';

/** A unit that has no result yet. */
export interface PendingUnit {
  readonly analysis: AnalysisRecord;
  readonly unit: AnalysisUnit;
}

export interface AnalysisRun {
  readonly pending: readonly PendingUnit[];
  readonly control: RunControl;
  readonly scheduler: Scheduler;
  readonly tasks: SearchTasks;
  /** The engine of each level, starting with level 0. */
  readonly engines: readonly EngineId[];
  loadArray(need: ArrayNeed): Uint8Array | Float32Array;
  /** Saves a unit's result for good. Returns the updated record of its analysis. */
  save(analysis: AnalysisRecord, unit: AnalysisUnitRecord): Promise<AnalysisRecord>;
  tell(event: SearchEvent): void;
}

const PROGRESS_MILLISECONDS = 250;

/** Trainings go first: the analyses of one search keep no ticket of another waiting. */
const PRIORITY = 2_000_000;

interface Underway {
  readonly pending: PendingUnit;
  /** The row in which the unit is shown among those that run in parallel, from 0. */
  readonly worker: number;
  fraction: number;
}

/**
 * Results depend neither on the order of the units nor on the number of workers.
 *
 * @throws WorkbenchError as the first unit that failed; `interrupted` if the search was stopped.
 *   Units saved until then stay saved.
 */
export async function runAnalyses(run: AnalysisRun): Promise<void> {
  const progress = new AnalysisProgress(run.pending);
  const jobs = new AnalysisJobs(run.pending, (pending) => work(run, progress, pending));
  const tell = (): void => {
    run.tell({ type: 'analysing', ...progress.now() });
  };
  const ticker = setInterval(tell, PROGRESS_MILLISECONDS);
  try {
    await run.scheduler.run({
      jobs,
      control: run.control,
      onFailure: () => {
        run.tasks.stop();
      },
    });
  } finally {
    clearInterval(ticker);
  }
  tell();
}

async function work(
  { tasks, engines, loadArray, save, tell }: AnalysisRun,
  progress: AnalysisProgress,
  pending: PendingUnit,
): Promise<void> {
  const { analysis, unit } = pending;
  const underway = progress.start(pending);
  try {
    const { result, milliseconds } = await tasks.analyse(
      {
        choice: analysis.choice,
        unit,
        engines,
        arrays: unit.needs.map((need) => loadArray(need)),
      },
      {
        onFraction: (fraction) => {
          underway.fraction = fraction;
        },
      },
    );
    const record = await save(analysis, { unit: unit.name, result, milliseconds });
    progress.finish(pending);
    tell({
      type: 'analysis-unit-finished',
      analysis: record.id,
      kind: analysis.choice.id,
      unit: unit.name,
      unitsDone: record.unitsDone,
      unitsTotal: record.unitsTotal,
      milliseconds,
    });
  } finally {
    progress.end(underway);
  }
}

/** Any unit can start at any time. They start in the order of the requests. */
class AnalysisJobs implements JobList {
  readonly #waiting: Job[];

  constructor(pending: readonly PendingUnit[], run: (pending: PendingUnit) => Promise<void>) {
    this.#waiting = pending.map((each) => ({ priority: PRIORITY, run: () => run(each) }));
  }

  get remaining(): number {
    return this.#waiting.length;
  }

  next(): Job | undefined {
    return this.#waiting[0];
  }

  take(job: Job): void {
    this.#waiting.splice(this.#waiting.indexOf(job), 1);
  }
}

class AnalysisProgress {
  readonly #pace = new Pace();
  readonly #underway = new Set<Underway>();
  readonly #unitsTotal: number;
  readonly #totalSteps: number;
  #doneSteps = 0;
  #unitsDone = 0;

  constructor(pending: readonly PendingUnit[]) {
    this.#unitsTotal = pending.length;
    this.#totalSteps = pending.reduce((sum, { unit }) => sum + unit.steps, 0);
    this.#pace.record(performance.now(), 0);
  }

  start(pending: PendingUnit): Underway {
    const taken = new Set([...this.#underway].map(({ worker }) => worker));
    let worker = 0;
    while (taken.has(worker)) worker += 1;
    const underway: Underway = { pending, worker, fraction: 0 };
    this.#underway.add(underway);
    return underway;
  }

  finish({ unit }: PendingUnit): void {
    this.#unitsDone += 1;
    this.#doneSteps += unit.steps;
  }

  /** Removes a unit from those that run, whether it has finished or failed. */
  end(underway: Underway): void {
    this.#underway.delete(underway);
  }

  now(): Omit<Extract<SearchEvent, { readonly type: 'analysing' }>, 'type'> {
    const underway = [...this.#underway];
    const done = underway.reduce(
      (sum, { fraction, pending }) => sum + fraction * pending.unit.steps,
      this.#doneSteps,
    );
    this.#pace.record(performance.now(), done);
    return {
      fraction: done / this.#totalSteps,
      etaSeconds: this.#pace.secondsLeft(this.#totalSteps),
      unitsDone: this.#unitsDone,
      unitsTotal: this.#unitsTotal,
      running: underway.map(describe),
    };
  }
}

function describe({ pending, worker, fraction }: Underway): RunningUnit {
  const { analysis, unit } = pending;
  return { analysis: analysis.id, kind: analysis.choice.id, unit: unit.name, worker, fraction };
}
