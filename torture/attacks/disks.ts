/** Disks that fill at random moments: what had finished stays, and the rest comes when there is space. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Attack } from '../attack.ts';
import {
  checkKept,
  checkManners,
  checkSoFar,
  checkSound,
  checkSuccess,
  checkSwept,
} from '../checks.ts';
import { finishedIn } from '../events.ts';
import { databaseOf } from '../kept.ts';
import { ticket } from '../program.ts';
import { runSample, type Sample, searchArguments, victimOf } from '../samples.ts';
import type { Torment } from '../torment.ts';

const ATTACK = 'disks';
const DISK_BYTES = 4 * 2 ** 20;

export const disks: Attack = {
  name: ATTACK,
  async run(torment) {
    const disk = torment.newFolder('disk');
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk], {
        stdio: 'ignore',
      });
    } catch {
      torment.figures.note('disks that fill: this user may not mount a small file system');
      return;
    }
    try {
      const sample = await runSample(torment, 'disk-sample', 21);
      const wanted = torment.options.isShort ? 2 : Math.ceil(torment.options.kills / 10);
      const beganAt = Date.now();
      for (let round = 0; round < wanted && torment.hasTime(); round += 1) {
        await fillOnce(torment, sample, disk, round);
        torment.progress(ATTACK, round + 1, wanted, beganAt);
      }
    } finally {
      execFileSync('umount', [disk]);
    }
  },
};

async function fillOnce(
  torment: Torment,
  sample: Sample,
  disk: string,
  round: number,
): Promise<void> {
  const random = torment.random(ATTACK, round);
  const directory = path.join(disk, 'data');
  const filler = path.join(disk, 'filler');
  const what = ['search', 'backup', 'export'][round % 3] ?? 'search';
  rmSync(directory, { recursive: true, force: true });
  // A first command makes the directory and an empty database.
  checkSuccess(torment, ATTACK, await ticket(['runs', '--data-dir', directory]), 'runs');
  if (what !== 'search') copyFileSync(databaseOf(sample.directory), databaseOf(directory));
  const left = random.below(what === 'search' ? 700_000 : 150_000);
  fillUpTo(filler, left);
  try {
    const target = path.join(disk, 'data', what === 'backup' ? 'copy.sqlite' : 'weights.npz');
    const args = {
      search: searchArguments(sample.config, directory),
      backup: ['backup', target, '--data-dir', directory],
      export: [
        ...['export', sample.id, '--what', 'weights', '--format', 'npz'],
        ...['--out', target, '--data-dir', directory],
      ],
    }[what];
    const ended = await ticket(args ?? []);
    checkManners(torment, ATTACK, ended, `${what} on a full disk`);
    if (ended.code !== 0) torment.figures.count(`disks filled during ${what}`);
    if (ended.code !== 0 && ended.stderr.trim() === '') {
      torment.violation(ATTACK, `${what} on a full disk fails without a word`);
    }
    rmSync(filler);
    if (what === 'search') await finishSearch(torment, sample, directory, ended.stdout);
    else {
      checkKept(torment, ATTACK, directory, sample, `after ${what} on a full disk`);
      if (ended.code !== 0 && existsSync(target)) {
        torment.violation(ATTACK, `${what} on a full disk leaves a part of its file`);
      }
    }
    checkSwept(torment, ATTACK, directory, `${what} on a full disk`);
  } finally {
    rmSync(filler, { force: true });
  }
}

async function finishSearch(
  torment: Torment,
  sample: Sample,
  directory: string,
  stdout: string,
): Promise<void> {
  checkSound(torment, ATTACK, directory, 'after a full disk');
  const id = victimOf(directory);
  if (id === undefined) return;
  const expected = { id, kept: sample.kept };
  checkSoFar(torment, ATTACK, directory, expected, finishedIn(stdout));
  const ended = await ticket(['resume', id, '--data-dir', directory, '--quiet']);
  if (checkSuccess(torment, ATTACK, ended, 'resume with space again')) {
    checkKept(torment, ATTACK, directory, expected, 'resumed with space again');
  }
}

/** Writes until so many bytes are left. */
function fillUpTo(file: string, left: number): void {
  const { bavail, bsize } = statfsSync(path.dirname(file));
  writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - left)));
}
