/** A worker thread that ends by itself in the middle of its first task, as a crash ends it. */
import process from 'node:process';

const STEPS = 25;
let steps = 0;
const load = Atomics.load.bind(Atomics);
// A worker looks at its control word twice in every step.
Object.assign(Atomics, {
  load: (array: Int32Array, index: number): number => {
    steps += 1;
    if (steps > 2 * STEPS) process.exit(7);
    return load(array, index);
  },
});
await import('../../src/main/engine/worker.ts');
