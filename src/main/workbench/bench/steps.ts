import { formatDensity } from '../../../shared/percent-text.ts';
import type { Contestant } from './contestants/contestant.ts';
import {
  canTrain,
  hasDensities,
  type PyTorch,
  startEngine,
  startSmallest,
} from './contestants/start.ts';
import { type BenchEngine, isOurs, type OverheadRow, type StepRow } from './report.ts';
import { measured, timesFaster } from './statistics.ts';
import type { Workload } from './workloads.ts';

export interface StepPlan {
  readonly workload: Workload;
  readonly engines: readonly BenchEngine[];
  /** Fractions of prunable weights kept. */
  readonly densities: readonly number[];
  readonly pytorch: PyTorch | undefined;
  /** Warm-up steps of every engine before it is timed. */
  readonly warmUpSteps: number;
  /** Timed blocks of steps; the engines take turns. */
  readonly blocks: number;
  /** The least time that a block takes. */
  readonly blockMilliseconds: number;
}

/** Called as work is done, in units of `expectedMilliseconds`. */
export type OnWork = (milliseconds: number, what: string) => void;

export interface MeasuredSteps {
  readonly rows: readonly StepRow[];
  readonly overhead: readonly OverheadRow[];
  readonly versions: Readonly<Record<string, string>>;
}

/** An engine's program in one round, or the dense engine on the smallest network. */
interface Entry {
  readonly engine: BenchEngine | undefined;
  readonly contestant: Contestant;
  readonly density: number;
}

/**
 * The time of a step on every engine at every density. Each engine runs in a separate program. In a
 * round all engines train at one density and take turns in blocks of steps, so a machine that slows
 * down slows all of them.
 *
 * @throws WorkbenchError `unavailable` naming an engine that does not run.
 */
export async function measureSteps(plan: StepPlan, onWork: OnWork): Promise<MeasuredSteps> {
  const { workload, pytorch, densities } = plan;
  const contestants = new Map<BenchEngine, Contestant>();
  let smallest: Contestant | undefined;
  try {
    for (const engine of enginesOf(plan)) {
      contestants.set(engine, await startEngine(engine, workload.id, pytorch));
    }
    if (contestants.has('dense')) smallest = await startSmallest(workload.id);

    const rows: StepRow[] = [];
    const overhead: OverheadRow[] = [];
    for (const [round, density] of densities.entries()) {
      const isFirst = round === 0;
      const entries: Entry[] = [];
      for (const [engine, contestant] of contestants) {
        if (!hasDensities(engine) && !isFirst) continue;
        entries.push({ engine, contestant, density: hasDensities(engine) ? density : 1 });
      }
      if (smallest && isFirst)
        entries.push({ engine: undefined, contestant: smallest, density: 1 });
      const times = await measureRound(plan, entries, onWork);
      const timesOf = (engine: BenchEngine) =>
        entries.findIndex((entry) => entry.engine === engine);
      const [dense, masked] = [times[timesOf('dense')], times[timesOf('pytorch')]];
      for (const [index, entry] of entries.entries()) {
        const own = times[index]!;
        if (entry.engine === undefined) {
          if (!dense) continue;
          const share = measured(own.map((time, block) => time / dense[block]!));
          overhead.push({ workload: workload.id, msPerStep: measured(own), share });
          continue;
        }
        rows.push({
          workload: workload.id,
          engine: entry.engine,
          density: entry.density,
          msPerStep: measured(own),
          timesFasterThanDense: dense && timesFaster(dense, own),
          timesFasterThanPytorch: masked && timesFaster(masked, own),
        });
      }
    }
    const versions = [...contestants].map(([engine, { version }]) => [engine, version] as const);
    return { rows, overhead, versions: Object.fromEntries(versions) };
  } finally {
    for (const contestant of contestants.values()) contestant.stop();
    smallest?.stop();
  }
}

/** Milliseconds per step of every block, by entry. */
async function measureRound(
  plan: StepPlan,
  entries: readonly Entry[],
  onWork: OnWork,
): Promise<number[][]> {
  const { workload, warmUpSteps, blocks, blockMilliseconds } = plan;
  const steps: number[] = [];
  for (const { engine, contestant, density } of entries) {
    const what = `${workload.id} at ${formatDensity(density)}, ${contestant.name}`;
    await contestant.start(density);
    const milliseconds = await contestant.run(warmUpSteps);
    steps.push(Math.max(1, Math.ceil(blockMilliseconds / milliseconds)));
    onWork(expectedMilliseconds(workload, engine, density) * warmUpSteps, what);
  }
  const times: number[][] = entries.map(() => []);
  for (let block = 0; block < blocks; block += 1) {
    for (const [index, { engine, contestant, density }] of entries.entries()) {
      times[index]!.push(await contestant.run(steps[index]!));
      const expected = expectedMilliseconds(workload, engine, density);
      onWork(Math.max(expected, blockMilliseconds), `${workload.id}, block ${block + 1}`);
    }
  }
  return times;
}

/** The total work that `measureSteps` reports, in the same unit. */
export function expectedWork(plan: StepPlan): number {
  const { workload, warmUpSteps, blocks, blockMilliseconds, densities } = plan;
  const engines = enginesOf(plan);
  const one = (engine: BenchEngine | undefined, density: number): number => {
    const step = expectedMilliseconds(workload, engine, density);
    return step * warmUpSteps + Math.max(step, blockMilliseconds) * blocks;
  };
  let work = engines.includes('dense') ? one(undefined, 1) : 0;
  for (const engine of engines) {
    const measuredAt = hasDensities(engine) ? densities : [1];
    for (const density of measuredAt) work += one(engine, density);
  }
  return work;
}

function enginesOf({ engines, workload }: StepPlan): BenchEngine[] {
  return engines.filter((engine) => canTrain(engine, workload.id));
}

/**
 * A guess of the time of a step, from an earlier run. It makes the time left about right from the
 * start.
 */
function expectedMilliseconds(
  { denseMilliseconds }: Workload,
  engine: BenchEngine | undefined,
  density: number,
): number {
  if (engine === undefined) return 0.3;
  if (engine === 'dense') return denseMilliseconds;
  if (isOurs(engine)) return denseMilliseconds * (0.06 + 1.5 * density);
  if (engine === 'pytorch-sparse') return denseMilliseconds * (0.8 + 6 * density);
  return denseMilliseconds * (engine === 'pytorch' ? 2 : 4);
}
