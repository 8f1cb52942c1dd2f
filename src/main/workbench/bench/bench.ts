/** `ticket bench`: what training costs on this machine, everything compared within one run. */
import { cpus } from 'node:os';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { MODULES_OF } from '../../engine/sparse/build.ts';
import { ensureSparseEngine } from '../../engine/sparse/ensure.ts';
import { cpuName } from '../environment.ts';
import { Pace } from '../running/pace.ts';
import type { PyTorch } from './contestants/start.ts';
import { type ExampleFiles, writeExamples } from './examples.ts';
import {
  type BenchEngine,
  BENCH_ENGINES,
  type BenchReport,
  engineIdOf,
  isOurs,
  isPyTorch,
  type SearchEngine,
} from './report.ts';
import { expectedSearchWork, measureSearches, type SearchesPlan } from './searches.ts';
import { expectedWork, measureSteps, type StepPlan } from './steps.ts';
import { twoWorkerThroughput } from './workers.ts';
import { type WorkloadId, WORKLOADS } from './workloads.ts';

/**
 * The densities that issues and papers discuss: the first rounds of pruning a fifth, and the far
 * end.
 */
export const BENCH_DENSITIES: readonly number[] = [1, 0.51, 0.21, 0.135, 0.07, 0.0358, 0.012];

export interface BenchRequest {
  readonly workloads: readonly WorkloadId[];
  /** Fractions of prunable weights kept, in (0, 1]. */
  readonly densities: readonly number[];
  /** Default: all that can run. */
  readonly engines?: readonly BenchEngine[] | undefined;
  /** Few steps, which show that everything runs but give no reliable figures. */
  readonly isQuick: boolean;
  /** A Python with torch; without it PyTorch is skipped. */
  readonly python?: string | undefined;
  /** Warm-up steps of every engine before it is timed; each workload has a default. */
  readonly warmUpSteps?: number | undefined;
}

export interface BenchProgress {
  readonly fraction: number;
  readonly etaSeconds: number | undefined;
  readonly what: string;
}

export interface BenchObserver {
  onProgress(progress: BenchProgress): void;
}

const BLOCK_MILLISECONDS = 150;
const QUICK_BLOCK_MILLISECONDS = 10;
/** The expected duration of two workers' trainings: a guess. */
const WORKERS_WORK = 20_000;

/**
 * @throws WorkbenchError `invalid-argument` for an engine that needs a missing Python,
 *   `unavailable` if an engine does not run, `interrupted` if `signal` said so.
 */
export async function runBench(
  request: BenchRequest,
  observer: BenchObserver,
  signal: AbortSignal = new AbortController().signal,
): Promise<BenchReport> {
  const engines = chooseEngines(request);
  const written: ExampleFiles[] = [];
  try {
    await ensureSparseEngine(
      engines.filter(isOurs).flatMap((engine) => MODULES_OF[engineIdOf(engine)]),
    );
    const stepPlans = [];
    for (const id of request.workloads) {
      const pytorch = await pytorchFor(request, engines, id, written);
      stepPlans.push(stepPlanOf(request, engines, id, pytorch));
    }
    const lenet = stepPlans.find(({ workload }) => workload.id === 'lenet-300-100');
    const searchesPlan = lenet && searchesPlanOf(request, engines, lenet.pytorch);
    const measuresWorkers = lenet !== undefined && engines.includes('dense') && cpus().length > 1;

    const total =
      stepPlans.reduce((work, plan) => work + expectedWork(plan), 0) +
      (searchesPlan ? expectedSearchWork(searchesPlan) : 0) +
      (measuresWorkers ? WORKERS_WORK : 0);
    const onWork = follow(total, observer, signal);

    const steps = [];
    for (const plan of stepPlans) steps.push(await measureSteps(plan, onWork));
    const searches = searchesPlan ? await measureSearches(searchesPlan, onWork) : [];
    const twoWorkers = measuresWorkers
      ? await twoWorkerThroughput(request.isQuick ? 50 : 2000, request.isQuick ? 1 : 5)
      : undefined;
    if (measuresWorkers) onWork(WORKERS_WORK, 'two workers');
    return {
      machine: { cpu: cpuName(), cores: cpus().length },
      versions: Object.fromEntries(steps.flatMap(({ versions }) => Object.entries(versions))),
      isQuick: request.isQuick,
      rows: steps.flatMap(({ rows }) => rows),
      overhead: steps.flatMap(({ overhead }) => overhead),
      searches,
      twoWorkers,
    };
  } catch (error) {
    // In a terminal, Ctrl-C also ends the engines' programs. Their error is then not the cause.
    if (signal.aborted) throw interrupted();
    throw error;
  } finally {
    for (const files of written) files.remove();
  }
}

/** @throws WorkbenchError `invalid-argument` for an engine that needs a missing Python. */
function chooseEngines({ engines, python }: BenchRequest): BenchEngine[] {
  const chosen =
    engines ?? BENCH_ENGINES.filter((engine) => python !== undefined || !isPyTorch(engine));
  const needsPython = chosen.find(isPyTorch);
  if (needsPython !== undefined && python === undefined) {
    throw new WorkbenchError(
      'invalid-argument',
      `the engine ${needsPython} needs a Python with torch, and none is given`,
      'Name one with --python or TICKET_PYTHON.',
    );
  }
  return [...chosen];
}

async function pytorchFor(
  { python }: BenchRequest,
  engines: readonly BenchEngine[],
  id: WorkloadId,
  written: ExampleFiles[],
): Promise<PyTorch | undefined> {
  if (python === undefined || !engines.some(isPyTorch)) return undefined;
  const files = writeExamples(await WORKLOADS[id].dataset());
  written.push(files);
  return { python, examples: files.folder };
}

function stepPlanOf(
  request: BenchRequest,
  engines: readonly BenchEngine[],
  id: WorkloadId,
  pytorch: PyTorch | undefined,
): StepPlan {
  const { isQuick, densities } = request;
  const workload = WORKLOADS[id];
  return {
    workload,
    engines,
    densities,
    pytorch,
    warmUpSteps: request.warmUpSteps ?? (isQuick ? 2 : workload.warmUpSteps),
    blocks: isQuick ? 2 : workload.blocks,
    blockMilliseconds: isQuick ? QUICK_BLOCK_MILLISECONDS : BLOCK_MILLISECONDS,
  };
}

function searchesPlanOf(
  { isQuick }: BenchRequest,
  engines: readonly BenchEngine[],
  pytorch: PyTorch | undefined,
): SearchesPlan | undefined {
  const searched: SearchEngine[] = [
    ...(engines.includes('dense') ? (['dense'] as const) : []),
    ...(engines.includes('sparse') ? (['auto'] as const) : []),
    ...(engines.includes('pytorch') ? (['pytorch'] as const) : []),
  ];
  if (searched.length === 0) return undefined;
  return {
    engines: searched,
    rounds: isQuick ? 3 : 20,
    stepsPerTraining: isQuick ? 20 : 1000,
    evaluateEvery: isQuick ? 20 : 250,
    repetitions: isQuick ? 1 : 2,
    pytorch,
  };
}

/** Turns the work done so far into a fraction and the time left. */
function follow(
  total: number,
  observer: BenchObserver,
  signal: AbortSignal,
): (milliseconds: number, what: string) => void {
  const pace = new Pace(60_000);
  let done = 0;
  pace.record(performance.now(), done);
  return (milliseconds, what) => {
    if (signal.aborted) throw interrupted();
    done += milliseconds;
    pace.record(performance.now(), done);
    observer.onProgress({
      fraction: Math.min(1, done / total),
      etaSeconds: pace.secondsLeft(total),
      what,
    });
  };
}

const interrupted = (): WorkbenchError =>
  new WorkbenchError('interrupted', 'The measurement was stopped; its results were discarded.');
