import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EngineId } from '../../../shared/domain/engine.ts';
import { packMask } from '../../../shared/domain/mask.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import { parseSettings } from '../../../shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import type { Dataset } from '../../engine/datasets/dataset.ts';
import type { TrainingResult } from '../../engine/lottery/training-task.ts';
import { MODULES_OF } from '../../engine/sparse/build.ts';
import { ensureSparseEngine } from '../../engine/sparse/ensure.ts';
import { Store } from '../../store/store.ts';
import { chooseEngines } from '../running/engine-choice.ts';
import { describeEnvironment } from '../environment.ts';
import { ThrottledSummary } from '../running/throttled-summary.ts';
import { registries } from '../settings/registries.ts';
import { planSearch, type SearchPlan } from '../planning/search-plan.ts';
import { Workbench } from '../workbench.ts';
import { startOwnWorkers } from '../running/own-workers.ts';
import { type PyTorch, startEngine } from './contestants/start.ts';
import type { SearchEngine, SearchRow } from './report.ts';
import { measured, timesFaster } from './statistics.ts';
import type { OnWork } from './steps.ts';
import { type Workload, WORKLOADS } from './workloads.ts';

export interface SearchesPlan {
  readonly engines: readonly SearchEngine[];
  /** Pruning rounds after the dense training. */
  readonly rounds: number;
  readonly stepsPerTraining: number;
  readonly evaluateEvery: number;
  readonly repetitions: number;
  readonly pytorch: PyTorch | undefined;
}

/** The times of one level or of all of them, in milliseconds. */
interface LevelTimes {
  readonly training: number;
  readonly evaluation: number;
  readonly storing: number;
}

/** One search, driven level by level from outside, so several can take turns. */
interface LevelledSearch {
  readonly levelsByEngine?: Readonly<Partial<Record<EngineId, number>>>;
  level(): Promise<LevelTimes>;
  close(): Promise<void>;
}

const WORKLOAD: Workload = WORKLOADS['lenet-300-100'];
/** The paper's rates: every round prunes a fifth of every layer, and a tenth of the last one. */
const STRATEGY = { id: 'layerwise-magnitude' };

/**
 * The time of all trainings of an iterative search of LeNet-300-100 on one thread: on the dense
 * engine, on automatically chosen engines, and in PyTorch. The searches take turns, level by level.
 *
 * @throws WorkbenchError `unavailable` if PyTorch does not run.
 */
export async function measureSearches(plan: SearchesPlan, onWork: OnWork): Promise<SearchRow[]> {
  const dataset = await WORKLOAD.dataset();
  const totals = new Map<SearchEngine, LevelTimes[]>(plan.engines.map((engine) => [engine, []]));
  const levels = new Map<SearchEngine, LevelledSearch['levelsByEngine']>();
  for (let repetition = 0; repetition < plan.repetitions; repetition += 1) {
    const searches = new Map<SearchEngine, LevelledSearch>();
    try {
      for (const engine of plan.engines) searches.set(engine, await open(engine, plan, dataset));
      const times = new Map<SearchEngine, LevelTimes[]>();
      for (let level = 0; level <= plan.rounds; level += 1) {
        for (const [engine, search] of searches) {
          times.set(engine, [...(times.get(engine) ?? []), await search.level()]);
          onWork(
            expectedMilliseconds(engine, plan),
            `search ${repetition + 1}, level ${level}, ${engine}`,
          );
        }
      }
      for (const [engine, search] of searches) {
        totals.get(engine)!.push(sum(times.get(engine)!));
        levels.set(engine, search.levelsByEngine);
      }
    } finally {
      for (const search of searches.values()) await search.close();
    }
  }
  const trainingOf = (engine: SearchEngine) => totals.get(engine)?.map(({ training }) => training);
  const [dense, pytorch] = [trainingOf('dense'), trainingOf('pytorch')];
  return [...totals].map(([engine, own]) => {
    const seconds = (pick: (times: LevelTimes) => number) =>
      measured(own.map((times) => pick(times) / 1000));
    const training = own.map((times) => times.training);
    return {
      workload: WORKLOAD.id,
      engine,
      rounds: plan.rounds,
      stepsPerTraining: plan.stepsPerTraining,
      trainingSeconds: seconds((times) => times.training),
      evaluationSeconds: seconds((times) => times.evaluation),
      storingSeconds: engine === 'pytorch' ? undefined : seconds((times) => times.storing),
      timesFasterThanDense: dense && timesFaster(dense, training),
      timesFasterThanPytorch: pytorch && timesFaster(pytorch, training),
      levelsByEngine: levels.get(engine),
    };
  });
}

/** The total work that `measureSearches` reports, in the same unit. */
export function expectedSearchWork(plan: SearchesPlan): number {
  const level = plan.engines.reduce((sum, engine) => sum + expectedMilliseconds(engine, plan), 0);
  return level * (plan.rounds + 1) * plan.repetitions;
}

/** A guess of the time of one level. */
function expectedMilliseconds(engine: SearchEngine, plan: SearchesPlan): number {
  const steps = { dense: 1, auto: 0.4, pytorch: 2 }[engine] * WORKLOAD.denseMilliseconds;
  const evaluations = plan.stepsPerTraining / plan.evaluateEvery + 1;
  return steps * plan.stepsPerTraining + 100 * evaluations;
}

function open(engine: SearchEngine, plan: SearchesPlan, dataset: Dataset): Promise<LevelledSearch> {
  return engine === 'pytorch' ? openPyTorch(plan) : openOurs(engine, plan, dataset);
}

async function openPyTorch(plan: SearchesPlan): Promise<LevelledSearch> {
  const contestant = await startEngine('pytorch', WORKLOAD.id, plan.pytorch);
  await contestant.start(1);
  return {
    async level() {
      const times = await contestant.level(plan.stepsPerTraining, plan.evaluateEvery);
      return { ...times, storing: 0 };
    },
    close: async () => contestant.stop(),
  };
}

/**
 * Runs as in the workbench: a worker thread trains, and a database saves each training while the
 * next one runs.
 */
async function openOurs(
  engine: 'dense' | 'auto',
  plan: SearchesPlan,
  dataset: Dataset,
): Promise<LevelledSearch> {
  const search = await planSearch(
    parseSettings(registries, {
      training: {
        iterations: plan.stepsPerTraining,
        evaluateEvery: plan.evaluateEvery,
        engine,
      },
      pruning: { strategy: STRATEGY, schedule: 'iterative', levels: plan.rounds },
      branches: [],
      replicates: { count: 1 },
    }),
  );
  const { settings, layout, targets } = search;
  await ensureSparseEngine(MODULES_OF[engine]);
  const workers = await startOwnWorkers('bench', { settings, dataset }, 1);
  const engines = await chooseEngines({
    settings,
    layout,
    targets,
    chosen: new Map(),
    recall: () => undefined,
    remember: () => Promise.resolve(),
    measure: (keptCounts) => workers.tasks.measureStepTimes(keptCounts),
  });
  const storage = await openStorage(search, engine, workers.tensorflow, dataset.fingerprint);
  let mask = new Uint8Array(layout.prunableCount).fill(1);
  let level = 0;
  let unsaved: TrainingResult | undefined;
  return {
    levelsByEngine: countBy(engines.values()),
    async level() {
      const training = workers.tasks.train({
        key: { replicate: 0, level, branch: TICKET_BRANCH },
        mask,
        engine: engines.get(level)!,
        rewindPoint: undefined,
        nextTarget: targets[level],
      });
      let storing = unsaved ? storage.keep(unsaved) : 0;
      const result = await training;
      mask = Uint8Array.from(result.nextMask ?? mask);
      level += 1;
      if (level <= plan.rounds) unsaved = result;
      else storing += storage.keep(result);
      return {
        training: result.trainingMilliseconds,
        evaluation: result.evaluationMilliseconds,
        storing,
      };
    },
    async close() {
      await workers.close();
      storage.remove();
    },
  };
}

interface Storage {
  /** Saves a finished training as the workbench does. Returns milliseconds. */
  keep(result: TrainingResult): number;
  remove(): void;
}

/** A separate database on disk. */
async function openStorage(
  { settings, written, layout }: SearchPlan,
  name: string,
  tensorflow: string,
  fingerprint: string,
): Promise<Storage> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ticket-bench-'));
  const store = Store.open(path.join(folder, 'bench.db'));
  const workbench = Workbench.over(store);
  const trainingsTotal = plannedTrainings(settings).length;
  const { id } = store.searches.create({ name, settings, written, layout, trainingsTotal });
  store.searches.start(id, describeEnvironment(tensorflow, 1), fingerprint);
  const summary = new ThrottledSummary(() => workbench.history.summarizeInTurn(id));
  return {
    keep({ mask, nextMask, ...rest }) {
      const start = performance.now();
      store.trainings.save(id, {
        ...rest,
        mask: packMask(mask),
        nextMask: nextMask && packMask(nextMask),
      });
      summary.request();
      return performance.now() - start;
    },
    remove() {
      workbench.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function sum(times: readonly LevelTimes[]): LevelTimes {
  const total = (pick: (each: LevelTimes) => number): number =>
    times.reduce((all, each) => all + pick(each), 0);
  return {
    training: total(({ training }) => training),
    evaluation: total(({ evaluation }) => evaluation),
    storing: total(({ storing }) => storing),
  };
}

function countBy(engines: Iterable<EngineId>): Partial<Record<EngineId, number>> {
  const counts: Partial<Record<EngineId, number>> = {};
  for (const engine of engines) counts[engine] = (counts[engine] ?? 0) + 1;
  return counts;
}
