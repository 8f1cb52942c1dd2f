/** The entry point of a worker thread: loads TensorFlow if it is installed, then runs the tasks it is sent, one at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { reportOf } from '../../shared/contract/errors.ts';
import { loadBinding } from './kernels/binding.ts';
import { Kernels } from './kernels/kernels.ts';
import { MISSING_BINDING } from './kernels/missing-binding.ts';
import { LotteryTrainer } from './lottery/lottery-trainer.ts';
import type { TrainingResult, TrainingTask } from './lottery/training-task.ts';
import { loadPlugIns } from './plug-ins/load.ts';
import { workerRegistries } from './plug-ins/worker-registries.ts';
import type { AnalysisTask } from './analyses/analysis.ts';
import {
  type AnalysisOutcome,
  CONTROL_PAUSE,
  CONTROL_STOP,
  type Task,
  type TaskResult,
  type TaskUpdate,
  type WorkerGreeting,
  type WorkerReply,
  type WorkerRequest,
  type WorkerSetup,
} from './protocol.ts';

/** Progress is reported at most this often; an interface can't show more. */
const PROGRESS_MILLISECONDS = 100;

const port = parentPort;
if (!port) throw new Error('worker.ts runs only as a worker thread');
const { controlWord, hasTensorFlow } = workerData as WorkerSetup;
const openSearches = new Map<string, LotteryTrainer>();
const send = (message: WorkerReply | WorkerGreeting): void => {
  port.postMessage(message);
};

try {
  const kernels = new Kernels(hasTensorFlow ? loadBinding() : MISSING_BINDING);
  if (hasTensorFlow) kernels.warmUp();
  port.on('message', (request: WorkerRequest) => {
    answer(kernels, request);
  });
  send({ type: 'ready', tensorflow: kernels.version });
} catch (error) {
  send({ type: 'start-failed', error: reportOf(error) });
}

function answer(kernels: Kernels, request: WorkerRequest): void {
  const { requestId } = request;
  try {
    loadPlugIns(request.plugIns, workerRegistries);
    const trainer = trainerFor(kernels, request);
    const result = perform(trainer, request.task, (update) => {
      send({ type: 'update', requestId, update });
    });
    send({ type: 'result', requestId, result });
  } catch (error) {
    send({ type: 'error', requestId, error: reportOf(error) });
  }
}

/** @throws Error if the search is not open and the request can't open it. */
function trainerFor(kernels: Kernels, { searchId, open, close }: WorkerRequest): LotteryTrainer {
  for (const id of close) {
    openSearches.get(id)?.dispose();
    openSearches.delete(id);
  }
  const known = openSearches.get(searchId);
  if (known) return known;
  if (!open) throw new Error(`the search ${searchId} is not open on this worker`);
  const { settings, dataset, targetDatasets, laidOut } = open;
  const trainer = new LotteryTrainer(kernels, settings, dataset, targetDatasets, laidOut);
  openSearches.set(searchId, trainer);
  return trainer;
}

function perform(
  trainer: LotteryTrainer,
  task: Task,
  tell: (update: TaskUpdate) => void,
): TaskResult {
  switch (task.kind) {
    case 'train':
      return { kind: 'train', output: train(trainer, task.input, tell) };
    case 'prune':
      return { kind: 'prune', output: trainer.prune(task.input) };
    case 'analyse':
      return { kind: 'analyse', output: analyse(trainer, task.input, tell) };
    case 'measure':
      return { kind: 'measure', output: trainer.measureStepTimes(task.input.keptCounts) };
    case 'measure-speed':
      return { kind: 'measure-speed', output: trainer.measureSpeed(task.input) };
  }
}

function train(
  trainer: LotteryTrainer,
  task: TrainingTask,
  tell: (update: TaskUpdate) => void,
): TrainingResult {
  const isTimeToTell = everySoOften();
  let pausedMilliseconds = 0;
  const result = trainer.train(task, {
    onEvaluation: (evaluation) => {
      tell({ type: 'evaluation', evaluation });
    },
    onIteration: (iteration) => {
      if (isTimeToTell()) tell({ type: 'iteration', iteration });
      pausedMilliseconds += waitWhilePaused();
      return !isStopped();
    },
    onResumed: (iteration, evaluations) => {
      tell({ type: 'resumed', iteration, evaluations });
    },
    onWarning: (message) => {
      tell({ type: 'warning', message });
    },
    pausedMilliseconds: () => pausedMilliseconds,
  });
  return { ...result, trainingMilliseconds: result.trainingMilliseconds - pausedMilliseconds };
}

function analyse(
  trainer: LotteryTrainer,
  task: AnalysisTask,
  tell: (update: TaskUpdate) => void,
): AnalysisOutcome {
  const start = performance.now();
  const isTimeToTell = everySoOften();
  let pausedMilliseconds = 0;
  const result = trainer.analyse(task, {
    onAdvance: (fraction) => {
      if (isTimeToTell()) tell({ type: 'fraction', fraction });
      pausedMilliseconds += waitWhilePaused();
      return !isStopped();
    },
  });
  return { result, milliseconds: performance.now() - start - pausedMilliseconds };
}

/** Returns a function that is true at most once every `PROGRESS_MILLISECONDS`. */
function everySoOften(): () => boolean {
  let lastTold = 0;
  return () => {
    const now = performance.now();
    if (now - lastTold < PROGRESS_MILLISECONDS) return false;
    lastTold = now;
    return true;
  };
}

function isStopped(): boolean {
  return Atomics.load(controlWord, 0) === CONTROL_STOP;
}

/** Blocks the thread while the task is paused; returns how long, in milliseconds. */
function waitWhilePaused(): number {
  if (Atomics.load(controlWord, 0) !== CONTROL_PAUSE) return 0;
  const start = performance.now();
  while (Atomics.load(controlWord, 0) === CONTROL_PAUSE)
    Atomics.wait(controlWord, 0, CONTROL_PAUSE);
  return performance.now() - start;
}
