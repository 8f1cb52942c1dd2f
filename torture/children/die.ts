/**
 * Loaded before a program: kills it in the middle of its changes of files, before the one whose number
 * is in TORTURE_DIE_AT, counted from 0. It prints how many there were if it comes to the end.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

const at = Number(process.env['TORTURE_DIE_AT']);
let changes = 0;

function step(): void {
  if (changes === at) process.kill(process.pid, 'SIGKILL');
  changes += 1;
}

function watch(owner: object, names: readonly string[]): void {
  for (const name of names) {
    const original: unknown = Reflect.get(owner, name);
    if (typeof original !== 'function') continue;
    Reflect.set(owner, name, function watched(this: unknown, ...args: unknown[]): unknown {
      step();
      return Reflect.apply(original, this, args) as unknown;
    });
  }
}

if (isMainThread) {
  const names = ['rename', 'link', 'rm', 'writeFile', 'copyFile', 'fsync', 'mkdir', 'open'];
  watch(
    fs,
    names.map((name) => `${name}Sync`),
  );
  watch(fs.promises, names);
  syncBuiltinESMExports();
}
