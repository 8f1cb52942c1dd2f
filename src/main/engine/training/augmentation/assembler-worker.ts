/** The entry point of the thread that assembles batches ahead of a training. `Assembler` ends it. */
import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from 'node:worker_threads';
import type { AssemblerSetup, Run } from './assembler.ts';
import { BatchMaker } from './augment.ts';
import { CONTROL, EMPTY, memoryOf, placeOf, SLOTS } from './ring.ts';

const port = parentPort;
if (!port) throw new Error('assembler-worker.ts runs only as a worker thread');
const { recipe, ring } = workerData as AssemblerSetup;
const { control } = ring;

for (;;) {
  const signal = Atomics.load(control, CONTROL.signal);
  const run = latestRun(port);
  if (run) makeBatches(run);
  else Atomics.wait(control, CONTROL.signal, signal);
}

/** The most recent run requested since the last call. */
function latestRun(from: MessagePort): Run | undefined {
  let latest: Run | undefined;
  for (;;) {
    const received: { message: Run } | undefined = receiveMessageOnPort(from);
    if (!received) return latest;
    latest = received.message;
  }
}

/** Returns at the run's end, or when another run is requested. */
function makeBatches({ number, keys, from, to }: Run): void {
  const maker = new BatchMaker(recipe, keys);
  let iteration = from;
  for (;;) {
    const signal = Atomics.load(control, CONTROL.signal);
    if (Atomics.load(control, CONTROL.run) !== number) return;
    const current = Atomics.load(control, CONTROL.current);
    // The training makes or has made the batch of `current` itself, except before its first step.
    iteration = Math.max(iteration, current === from ? from : current + 1);
    if (iteration >= to) return;
    if (iteration >= current + SLOTS) {
      Atomics.wait(control, CONTROL.signal, signal);
      continue;
    }
    const place = placeOf(iteration);
    Atomics.store(control, place + 1, EMPTY);
    maker.make(iteration, memoryOf(ring, iteration));
    Atomics.store(control, place, number);
    Atomics.store(control, place + 1, iteration);
    iteration += 1;
  }
}
