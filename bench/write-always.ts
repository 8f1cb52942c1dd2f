/** The thread of `merge.ts` that tries to write all the time, and tells how long it has waited at most. */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

const PAUSE_MILLISECONDS = 5;
const PATIENCE_MILLISECONDS = 600_000;

const database = new Database(workerData as string, { timeout: PATIENCE_MILLISECONDS });
let longest = 0;
let isEnded = false;

parentPort!.once('message', () => {
  isEnded = true;
});

function write(): void {
  const began = performance.now();
  database.exec('BEGIN IMMEDIATE; ROLLBACK');
  longest = Math.max(longest, performance.now() - began);
  if (!isEnded) {
    setTimeout(write, PAUSE_MILLISECONDS);
    return;
  }
  database.close();
  parentPort!.postMessage(longest);
}

parentPort!.postMessage('begun');
write();
