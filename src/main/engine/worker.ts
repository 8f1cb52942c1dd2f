/** The entry of a worker thread: loads TensorFlow, then trains what it is sent, one at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { reportOf } from '../../shared/contract/errors.ts';
import type { AnalysisTask } from './analyses/analysis.ts';
import { Kernels } from './kernels/kernels.ts';
import { LotteryTrainer } from './lottery/lottery-trainer.ts';
import {
  type FromWorker,
  CONTROL_PAUSE,
  CONTROL_STOP,
  type ToWorker,
  type WorkerSetup,
} from './protocol.ts';

/** Progress is told this often at the most; an interface can't show more. */
const PROGRESS_MILLISECONDS = 100;

const port = parentPort;
if (!port) throw new Error('worker.ts runs as a worker thread only');
const { controlWord } = workerData as WorkerSetup;
const lotteryTrainers = new Map<string, LotteryTrainer>();
const send = (message: FromWorker): void => {
  port.postMessage(message);
};

try {
  const kernels = new Kernels();
  kernels.warmUp();
  port.on('message', (message: ToWorker) => {
    try {
      receive(kernels, message);
    } catch (error) {
      send({ type: 'failed', error: reportOf(error) });
    }
  });
  send({ type: 'ready', tensorflow: kernels.version });
} catch (error) {
  send({ type: 'failed', error: reportOf(error) });
}

function receive(kernels: Kernels, message: ToWorker): void {
  switch (message.type) {
    case 'open':
      lotteryTrainers.set(
        message.searchId,
        new LotteryTrainer(kernels, message.settings, message.dataset, message.targetDatasets),
      );
      return;
    case 'close':
      lotteryTrainers.get(message.searchId)?.dispose();
      lotteryTrainers.delete(message.searchId);
      return;
    case 'train':
      train(lotteryTrainerOf(message.searchId), message.task);
      return;
    case 'analyse':
      analyse(lotteryTrainerOf(message.searchId), message.task);
      return;
    case 'prune':
      send({ type: 'pruned', ...lotteryTrainerOf(message.searchId).prune(message.task) });
      return;
    case 'measure': {
      const times = lotteryTrainerOf(message.searchId).measureStepTimes(message.keptCounts);
      send({ type: 'measured', times });
    }
  }
}

function lotteryTrainerOf(searchId: string): LotteryTrainer {
  const lotteryTrainer = lotteryTrainers.get(searchId);
  if (!lotteryTrainer) throw new Error(`search ${searchId} is not open on this worker`);
  return lotteryTrainer;
}

function train(lotteryTrainer: LotteryTrainer, task: TrainingTaskMessage): void {
  const { key } = task;
  let lastTold = 0;
  let pausedMilliseconds = 0;
  const result = lotteryTrainer.train(task, {
    onEvaluation: (evaluation) => {
      send({ type: 'evaluation', key, evaluation });
    },
    onIteration: (iteration) => {
      const now = performance.now();
      if (now - lastTold >= PROGRESS_MILLISECONDS) {
        lastTold = now;
        send({ type: 'progress', key, iteration });
      }
      pausedMilliseconds += waitWhilePaused();
      return Atomics.load(controlWord, 0) !== CONTROL_STOP;
    },
  });
  const trainingMilliseconds = result.trainingMilliseconds - pausedMilliseconds;
  send({ type: 'trained', result: { ...result, trainingMilliseconds } });
}

function analyse(lotteryTrainer: LotteryTrainer, task: AnalysisTask): void {
  const start = performance.now();
  let lastTold = 0;
  let pausedMilliseconds = 0;
  const result = lotteryTrainer.analyse(task, {
    onAdvance: (fraction) => {
      const now = performance.now();
      if (now - lastTold >= PROGRESS_MILLISECONDS) {
        lastTold = now;
        send({ type: 'advanced', fraction });
      }
      pausedMilliseconds += waitWhilePaused();
      return Atomics.load(controlWord, 0) !== CONTROL_STOP;
    },
  });
  const milliseconds = performance.now() - start - pausedMilliseconds;
  send({ type: 'analysed', result, milliseconds });
}

/** Blocks the thread; the milliseconds it did. */
function waitWhilePaused(): number {
  if (Atomics.load(controlWord, 0) !== CONTROL_PAUSE) return 0;
  const start = performance.now();
  while (Atomics.load(controlWord, 0) === CONTROL_PAUSE)
    Atomics.wait(controlWord, 0, CONTROL_PAUSE);
  return performance.now() - start;
}

type TrainingTaskMessage = Extract<ToWorker, { type: 'train' }>['task'];
