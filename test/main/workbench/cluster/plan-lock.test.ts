import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import { MACHINE_SCOPE } from '../../../../provision/processes.mjs';
import { holdPlan } from '../../../../src/main/workbench/cluster/plan-lock.ts';
import { temporaryFolder } from '../../store/samples.ts';

it('one process at a time runs the shards of a plan', () => {
  const folder = temporaryFolder();
  const release = holdPlan(folder);
  expect(() => holdPlan(folder)).toThrow(`process ${process.pid} on `);
  release();
  holdPlan(folder)();
  expect(existsSync(path.join(folder, 'running.json'))).toBe(false);
});

it.each<[string, object, boolean]>([
  ['one that was killed here', { scope: MACHINE_SCOPE, processId: 2 ** 30 }, true],
  ['one of another machine', { scope: 'elsewhere', processId: 2 ** 30 }, false],
])('what is held by %s', (_who, holder, isTaken) => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'running.json');
  writeFileSync(file, JSON.stringify({ host: 'node7', ...holder }));
  if (isTaken) {
    holdPlan(folder);
    expect(readFileSync(file, 'utf8')).toContain(String(process.pid));
  } else {
    expect(() => holdPlan(folder)).toThrow('on node7 runs the shards');
  }
});
