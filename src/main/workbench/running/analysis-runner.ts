/** Works out the units of analyses that a search still lacks, beside each other on its workers. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { RunningUnit, SearchEvent } from '../../../shared/contract/events.ts';
import type {
  AnalysisRecord,
  AnalysisUnit,
  AnalysisUnitRecord,
  ArrayNeed,
} from '../../../shared/domain/analysis.ts';
import type { EngineId } from '../../../shared/domain/engine.ts';
import { Pace } from './pace.ts';
import type { WorkerPool } from './worker-pool.ts';

/** A unit that is still to be worked out. */
export interface PendingUnit {
  readonly analysis: AnalysisRecord;
  readonly unit: AnalysisUnit;
}

export interface AnalysisRun {
  readonly pending: readonly PendingUnit[];
  readonly pool: WorkerPool;
  /** What trains each level. */
  readonly engines: readonly EngineId[];
  loadArray(need: ArrayNeed): Uint8Array | Float32Array;
  /** Whether another unit may start; if not, the run ends with those under way. */
  mayStartAnother(): boolean;
  /** Keeps a finished unit for good; what its analysis then is. */
  save(analysis: AnalysisRecord, unit: AnalysisUnitRecord): AnalysisRecord;
  onEvent(event: SearchEvent): void;
}

/** Progress is told this often. */
const PROGRESS_MILLISECONDS = 250;

interface Underway {
  readonly pending: PendingUnit;
  readonly worker: number;
  fraction: number;
}

/**
 * Results depend on neither the order of the units nor the number of workers.
 *
 * @throws WorkbenchError as the first unit that failed or was stopped did; units saved until then
 *   stay saved.
 */
export async function runAnalyses(run: AnalysisRun): Promise<void> {
  const waiting = [...run.pending];
  const underway = new Set<Underway>();
  const running = new Set<Promise<void>>();
  const pace = new Pace();
  const total = run.pending.reduce((sum, { unit }) => sum + unit.steps, 0);
  let doneSteps = 0;
  let unitsDone = 0;
  let failure: { readonly error: unknown } | undefined;

  const tell = (): void => {
    const started = [...underway].reduce(
      (sum, { fraction, pending }) => sum + fraction * pending.unit.steps,
      0,
    );
    const done = doneSteps + started;
    pace.record(performance.now(), done);
    run.onEvent({
      type: 'analysing',
      fraction: done / total,
      etaSeconds: pace.secondsLeft(total),
      unitsDone,
      unitsTotal: run.pending.length,
      running: [...underway].map(describe),
    });
  };

  const work = async (pending: PendingUnit): Promise<void> => {
    const { analysis, unit } = pending;
    const entry: Underway = { pending, worker: freeWorker(underway), fraction: 0 };
    underway.add(entry);
    try {
      const task = {
        choice: analysis.choice,
        unit,
        engines: run.engines,
        arrays: unit.needs.map((need) => run.loadArray(need)),
      };
      const { result, milliseconds } = await run.pool.analyse(task, {
        onAdvance: (fraction) => {
          entry.fraction = fraction;
        },
      });
      const record = run.save(analysis, { unit: unit.name, result, milliseconds });
      unitsDone += 1;
      doneSteps += unit.steps;
      run.onEvent({
        type: 'analysis-unit-finished',
        analysis: record.id,
        kind: analysis.choice.id,
        unit: unit.name,
        unitsDone: record.unitsDone,
        unitsTotal: record.unitsTotal,
        milliseconds,
      });
    } finally {
      underway.delete(entry);
    }
  };

  const startWhatIsReady = (): void => {
    while (failure === undefined && run.pool.hasIdleWorker && run.mayStartAnother()) {
      const pending = waiting.shift();
      if (!pending) return;
      const working = work(pending)
        .catch((error: unknown) => {
          failure ??= { error };
          run.pool.stop();
        })
        .finally(() => running.delete(working));
      running.add(working);
    }
  };

  const ticker = setInterval(tell, PROGRESS_MILLISECONDS);
  try {
    pace.record(performance.now(), 0);
    startWhatIsReady();
    while (running.size > 0) {
      await Promise.race(running);
      startWhatIsReady();
    }
  } finally {
    clearInterval(ticker);
  }
  if (failure !== undefined) throw failure.error;
  tell();
  if (waiting.length > 0) {
    throw new WorkbenchError('interrupted', `stopped with ${waiting.length} parts to go`);
  }
}

function freeWorker(underway: ReadonlySet<Underway>): number {
  const taken = new Set([...underway].map(({ worker }) => worker));
  let worker = 0;
  while (taken.has(worker)) worker += 1;
  return worker;
}

function describe({ pending, worker, fraction }: Underway): RunningUnit {
  const { analysis, unit } = pending;
  return { analysis: analysis.id, kind: analysis.choice.id, unit: unit.name, worker, fraction };
}
