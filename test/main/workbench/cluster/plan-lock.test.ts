import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { MACHINE_SCOPE } from '../../../../provision/processes.mjs';
import { holdPlan, holdShard } from '../../../../src/main/workbench/cluster/plan-lock.ts';
import { thisProcess } from '../../../../src/main/workbench/cluster/process-here.ts';
import { temporaryFolder } from '../../store/samples.ts';

/** Called once after something was read, before its reader goes on. */
const afterRead = vi.hoisted((): { call?: (() => void) | undefined } => ({}));
vi.mock('node:fs', async (importActual) => {
  const actual = await importActual<typeof import('node:fs')>();
  return {
    ...actual,
    readFileSync: (...given: Parameters<typeof actual.readFileSync>) => {
      const read = actual.readFileSync(...given);
      const { call } = afterRead;
      afterRead.call = undefined;
      call?.();
      return read;
    },
  };
});

/** A process id that no system gives. */
const NOBODY = 2 ** 30;

it('one process at a time runs the shards of a plan', () => {
  const folder = temporaryFolder();
  const release = holdPlan(folder);
  expect(() => holdPlan(folder)).toThrow(`process ${process.pid} on `);
  release();
  holdPlan(folder)();
  expect(readdirSync(folder)).toEqual([]);
});

it.each<[string, object, boolean]>([
  ['one that was killed here', { scope: MACHINE_SCOPE, processId: NOBODY }, true],
  ['one of another machine', { scope: 'elsewhere', processId: NOBODY }, false],
  ['this process in an earlier version', { scope: MACHINE_SCOPE, processId: process.pid }, false],
])('what is held by %s', (_who, holder, isTaken) => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'running.json');
  writeFileSync(file, JSON.stringify({ host: 'node7', ...holder }));
  if (isTaken) {
    holdPlan(folder);
    expect(readFileSync(file, 'utf8')).toContain(String(process.pid));
    expect(readdirSync(folder)).toEqual(['running.json']);
  } else {
    expect(() => holdPlan(folder)).toThrow('on node7 runs the shards');
  }
});

it.skipIf(thisProcess().started === undefined)(
  'what is held by a process that has ended, whose id another one has now, is taken over',
  () => {
    const folder = temporaryFolder();
    const holder = { ...thisProcess(), started: 'before' };
    writeFileSync(path.join(folder, 'running.json'), JSON.stringify(holder));
    expect(() => holdPlan(folder)).not.toThrow();
  },
);

it.each(['', '{"host":"node7","sco'])('what was cut off as %j is taken over', (text) => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'running.json'), text);
  holdPlan(folder)();
  expect(existsSync(path.join(folder, 'running.json'))).toBe(false);
});

it('who lets go removes only its own lock', () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'running.json');
  const release = holdPlan(folder);
  writeFileSync(file, JSON.stringify({ host: 'node7', scope: 'elsewhere', processId: 7 }));
  release();
  expect(readFileSync(file, 'utf8')).toContain('node7');
});

it.each<[string, object, boolean, boolean]>([
  ['a process that runs', { scope: MACHINE_SCOPE, processId: process.pid }, true, false],
  ['one that was killed', { scope: MACHINE_SCOPE, processId: NOBODY }, false, true],
  ['one of a container that is heard of', { scope: 'container', processId: 7 }, false, false],
  ['one of a container that is silent', { scope: 'container', processId: 7 }, true, true],
  [
    'one of a container that has just begun',
    { scope: 'container', processId: 7, takenAt: Date.now() },
    true,
    false,
  ],
])('a shard that is run here by %s', (_who, holder, isSilent, isTaken) => {
  const directory = path.join(temporaryFolder(), '3');
  writeFileSync(`${directory}.running.json`, JSON.stringify({ host: 'node7', ...holder }));
  const hold = () => holdShard(directory, 3, isSilent);
  if (isTaken) expect(hold).not.toThrow();
  else expect(hold).toThrow('on node7 runs shard 3 of this plan');
});

const LEFT = JSON.stringify({ host: 'here', scope: MACHINE_SCOPE, processId: NOBODY });

it('what another process has taken over meanwhile is not taken from it', () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'running.json');
  writeFileSync(file, LEFT);
  afterRead.call = () => {
    writeFileSync(file, JSON.stringify({ host: 'node8', scope: 'elsewhere', processId: 8 }));
  };
  expect(() => holdPlan(folder)).toThrow('process 8 on node8 runs the shards');
  expect(readFileSync(file, 'utf8')).toContain('node8');
  expect(readdirSync(folder)).toEqual(['running.json']);
});

it('what a process has left that was killed while it took over is taken over, too', () => {
  const folder = temporaryFolder();
  const nameOfLeft = createHash('sha256').update(LEFT).digest('hex').slice(0, 16);
  writeFileSync(path.join(folder, 'running.json'), LEFT);
  writeFileSync(path.join(folder, `running.json.${nameOfLeft}`), LEFT);
  holdPlan(folder);
  expect(readdirSync(folder)).toEqual(['running.json']);
  expect(() => holdPlan(folder)).toThrow(`process ${process.pid} on `);
});

it('of several processes that find what was left behind, one takes it over', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'running.json');
  const children = await Promise.all([1, 2, 3, 4].map(() => startHolder(folder)));
  for (let round = 0; round < 20; round += 1) {
    writeFileSync(file, LEFT);
    const at = Date.now() + 10;
    const answers = await Promise.all(children.map((child) => ask(child, { kind: 'hold', at })));
    expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
    // Who was refused was told of a process, and nothing else happened.
    for (const answer of answers)
      expect(answer).toMatch(/^held$|^process \d+ on .* runs the shards/);
    await Promise.all(children.map((child) => ask(child, { kind: 'release' })));
    expect(readdirSync(folder)).toEqual([]);
  }
});

async function startHolder(folder: string): Promise<ChildProcess> {
  const entry = fileURLToPath(new URL('children/hold-plan.ts', import.meta.url));
  const child = fork(entry, [folder]);
  onTestFinished(() => {
    child.kill();
  });
  await once(child, 'message');
  return child;
}

async function ask(child: ChildProcess, question: object): Promise<unknown> {
  const answered = once(child, 'message');
  child.send(question);
  const [answer] = (await answered) as [unknown];
  return answer;
}
