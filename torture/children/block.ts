/** Loaded before a program: blocks its event loop for as many milliseconds as TORTURE_BLOCK says, once. */
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const milliseconds = Number(process.env['TORTURE_BLOCK']);
  // The moment at which trainings are under way.
  const timer = setTimeout(() => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  }, Number(process.env['TORTURE_BLOCK_AFTER']));
  timer.unref();
}
