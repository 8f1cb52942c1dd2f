import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import { MACHINE_SCOPE } from '../../../../provision/processes.mjs';
import { holdPlan, holdShard } from '../../../../src/main/workbench/cluster/plan-lock.ts';
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

it.each<[string, object, boolean, boolean]>([
  ['a process that runs', { scope: MACHINE_SCOPE, processId: process.pid }, true, false],
  ['one that was killed', { scope: MACHINE_SCOPE, processId: 2 ** 30 }, false, true],
  ['one of a container that is heard of', { scope: 'container', processId: 7 }, false, false],
  ['one of a container that is silent', { scope: 'container', processId: 7 }, true, true],
])('a shard that is run here by %s', (_who, holder, isSilent, isTaken) => {
  const directory = path.join(temporaryFolder(), '3');
  writeFileSync(`${directory}.running.json`, JSON.stringify({ host: 'node7', ...holder }));
  const hold = () => holdShard(directory, 3, isSilent);
  if (isTaken) expect(hold).not.toThrow();
  else expect(hold).toThrow('on node7 runs shard 3 of this plan');
});
