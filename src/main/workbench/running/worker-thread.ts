/** The real worker thread behind `TaskThread`. */
import { Worker } from 'node:worker_threads';
import { errorFrom, messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { WorkerGreeting, WorkerReply, WorkerSetup } from '../../engine/protocol.ts';
import { isTensorFlowInstalled } from '../tensorflow/installed.ts';
import type { TaskThread } from './task-pool.ts';

const ENTRY = new URL('../../engine/worker.ts', import.meta.url);

/** Resolves when the first worker of this process has warmed TensorFlow up. */
let warmedUp: Promise<TaskThread> | undefined;

/**
 * Starts a worker thread. The first one warms TensorFlow up alone, because the addon fills a table
 * that all threads share without a lock (see Kernels.warmUp). The others wait for it. Where TensorFlow
 * is not installed, threads run what the sparse engine can.
 *
 * @throws WorkbenchError `provisioning-failed` if TensorFlow is installed and does not load; `internal`
 *   if the thread ends before it is ready.
 */
export async function startWorkerThread(entry: URL = ENTRY): Promise<TaskThread> {
  while (warmedUp) {
    const first = warmedUp;
    const isWarm = await first.then(
      ({ tensorflow }) => tensorflow !== '',
      () => false,
    );
    if (isWarm) return start(entry);
    // Without TensorFlow, nothing was warmed up: it may have been set up since.
    if (warmedUp === first) warmedUp = undefined;
  }
  warmedUp = start(entry);
  try {
    return await warmedUp;
  } catch (error) {
    warmedUp = undefined;
    throw error;
  }
}

function start(entry: URL): Promise<TaskThread> {
  const controlWord = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const setup: WorkerSetup = { controlWord, hasTensorFlow: isTensorFlowInstalled() };
  const worker = new Worker(entry, { workerData: setup, name: 'ticket-worker' });
  return new Promise((resolve, reject) => {
    const onExit = (code: number): void => {
      reject(
        new WorkbenchError('internal', `a worker thread ended before it began: exit code ${code}`),
      );
    };
    worker.once('error', reject);
    worker.once('exit', onExit);
    worker.once('message', (greeting: WorkerGreeting) => {
      if (greeting.type === 'ready') {
        worker.off('error', reject);
        worker.off('exit', onExit);
        resolve(threadOf(worker, controlWord, greeting.tensorflow));
        return;
      }
      reject(errorFrom(greeting.error));
      void worker.terminate();
    });
  });
}

function threadOf(
  worker: Worker,
  controlWord: Int32Array<SharedArrayBuffer>,
  tensorflow: string,
): TaskThread {
  let isTerminated = false;
  return {
    tensorflow,
    post: (request) => {
      worker.postMessage(request);
    },
    setControl: (control) => {
      Atomics.store(controlWord, 0, control);
      Atomics.notify(controlWord, 0);
    },
    onReply: (listener) => {
      worker.on('message', (reply: WorkerReply) => {
        listener(reply);
      });
    },
    onEnd: (listener) => {
      // An error is followed by the exit event, which alone shows that the thread is gone.
      let reason: string | undefined;
      worker.on('error', (error) => {
        reason = messageOf(error);
      });
      worker.on('exit', (code) => {
        if (!isTerminated) listener(reason ?? `exit code ${code}`);
      });
    },
    terminate: async () => {
      isTerminated = true;
      await worker.terminate();
    },
  };
}
