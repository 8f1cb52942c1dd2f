/** Clocks that jump, processes that are stopped, event loops that block: a live search stays its own. */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rng } from '../../src/shared/rng.ts';
import type { Attack } from '../attack.ts';
import { checkKept, checkManners, checkOrphans, checkSuccess } from '../checks.ts';
import { withStore } from '../kept.ts';
import { moduleUrl, type Running, type StartOptions, startTicket, ticket } from '../program.ts';
import { runSample, type Sample, searchArguments, victimOf } from '../samples.ts';
import type { Torment } from '../torment.ts';

const ATTACK = 'clocks';

/** The Debian package `faketime`. */
const FAKETIME = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`;

/** Longer than the silence after which a lease once was lost, 15 s. */
const SILENCE_MILLISECONDS = 20_000;
const SHORT_SILENCE_MILLISECONDS = 3000;

interface Scene {
  readonly torment: Torment;
  readonly sample: Sample;
  readonly directory: string;
  readonly random: Rng;
}

export const clocks: Attack = {
  name: ATTACK,
  async run(torment) {
    const sample = await runSample(torment, 'clock-sample', 31, LONGER);
    const beganAt = Date.now();
    const rounds = torment.options.isShort ? 1 : 3;
    const kinds = [jump, stop, block];
    for (let round = 0; round < rounds * kinds.length && torment.hasTime(); round += 1) {
      const directory = torment.newFolder('data');
      const random = torment.random(ATTACK, round);
      await kinds[round % kinds.length]?.({ torment, sample, directory, random });
      await checkOrphans(torment, ATTACK);
      torment.progress(ATTACK, round + 1, rounds * kinds.length, beganAt);
    }
  },
};

/** Some seconds, so that something can happen meanwhile. */
const LONGER = {
  training: {
    engine: 'sparse',
    optimizer: { id: 'adam', learningRate: 0.01 },
    iterations: 20_000,
    evaluateEvery: 1000,
    batchSize: 20,
  },
};

const silenceOf = ({ options }: Torment): number =>
  options.isShort ? SHORT_SILENCE_MILLISECONDS : SILENCE_MILLISECONDS;

/** The clock of the search jumps by up to a month, forth and back. */
async function jump(scene: Scene): Promise<void> {
  const { torment, directory, random } = scene;
  if (!existsSync(FAKETIME)) {
    torment.figures.note(
      'clocks that jump: the library of the Debian package faketime is not there',
    );
    return;
  }
  const clock = path.join(torment.newFolder('clock'), 'offset');
  writeFileSync(clock, '+0');
  const running = start(scene, {
    environment: {
      LD_PRELOAD: FAKETIME,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  });
  await untilStarted(running, directory);
  for (const direction of ['+', '-', '+']) {
    writeFileSync(clock, `${direction}${1 + random.below(30 * 24 * 3600)}`);
    torment.figures.count('jumps of clocks');
    await sleep(500 + random.below(1000));
    await tryToTake(scene, running, 'whose clock has jumped');
  }
  await finish(scene, running, 'a search whose clock jumps');
}

async function stop(scene: Scene): Promise<void> {
  const { torment, directory } = scene;
  const running = start(scene, {});
  await untilStarted(running, directory);
  const { pid } = running.child;
  if (pid === undefined) return;
  process.kill(-pid, 'SIGSTOP');
  torment.figures.count('processes stopped');
  await sleep(silenceOf(torment));
  await tryToTake(scene, running, 'that is stopped');
  process.kill(-pid, 'SIGCONT');
  await finish(scene, running, 'a search that was stopped');
}

async function block(scene: Scene): Promise<void> {
  const { torment, directory } = scene;
  const silence = silenceOf(torment);
  const running = start(scene, {
    node: ['--import', moduleUrl('block.ts')],
    environment: { TORTURE_BLOCK: String(silence), TORTURE_BLOCK_AFTER: '2000' },
  });
  await untilStarted(running, directory);
  torment.figures.count('event loops blocked');
  await sleep(silence * 0.9);
  await tryToTake(scene, running, 'whose event loop is blocked');
  await finish(scene, running, 'a search whose event loop was blocked');
}

const start = ({ sample, directory }: Scene, options: StartOptions): Running =>
  startTicket(searchArguments(sample.config, directory), options);

async function untilStarted(running: Running, directory: string): Promise<void> {
  while (running.child.exitCode === null && !running.stdout().includes('"training-finished"')) {
    await sleep(20);
  }
  if (running.child.exitCode !== null) throw new Error(`no search runs in ${directory}`);
}

/** Another process asks for the search while its owner lives. */
async function tryToTake(
  { torment, directory }: Scene,
  { child }: Running,
  which: string,
): Promise<void> {
  const id = victimOf(directory) ?? '';
  const status = withStore(directory, (store) => store.searches.status(id));
  if (!isRunning(child) || status === 'finished') return;
  const ended = await ticket(['resume', id, '--data-dir', directory, '--quiet']);
  checkManners(torment, ATTACK, ended, 'resume');
  // It may have finished in the meantime.
  if (isRunning(child) && ended.code === 0) {
    torment.violation(ATTACK, `a live search ${which} was handed to another process`);
  }
  torment.figures.count('attempts to take a live search');
}

const isRunning = ({ exitCode }: { readonly exitCode: number | null }): boolean =>
  exitCode === null;

async function finish(scene: Scene, running: Running, what: string): Promise<void> {
  const { torment, sample, directory } = scene;
  if (!checkSuccess(torment, ATTACK, await running.ended, what)) return;
  checkKept(torment, ATTACK, directory, { id: victimOf(directory) ?? '', kept: sample.kept }, what);
}
