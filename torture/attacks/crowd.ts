/** Eight processes on one database: searches, lists, exports, backups and deletes at once. */
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import type { Attack } from '../attack.ts';
import { checkDoctor, checkKept, checkOrphans, checkSound, checkSuccess } from '../checks.ts';
import { databaseOf, withStore } from '../kept.ts';
import { ticket } from '../program.ts';
import { runSample, type Sample, searchArguments, VICTIM } from '../samples.ts';
import type { Torment } from '../torment.ts';

const ATTACK = 'crowd';

export const crowd: Attack = {
  name: ATTACK,
  async run(torment) {
    const base = await runSample(torment, 'crowd-base', 41);
    const samples = [
      await runSample(torment, 'crowd-1', 42),
      await runSample(torment, 'crowd-2', 43),
    ];
    const rounds = torment.options.isShort ? 1 : 5;
    const beganAt = Date.now();
    for (let round = 0; round < rounds && torment.hasTime(); round += 1) {
      await crowdOnce(torment, base, samples);
      torment.progress(ATTACK, round + 1, rounds, beganAt);
    }
  },
};

async function crowdOnce(
  torment: Torment,
  base: Sample,
  samples: readonly Sample[],
): Promise<void> {
  const directory = torment.newFolder('data');
  copyFileSync(databaseOf(base.directory), databaseOf(directory));
  const exports = torment.newFolder('exports');
  const work: readonly (readonly [string, () => Promise<void>])[] = [
    ...samples.map(({ config, seed }): readonly [string, () => Promise<void>] => [
      'search',
      () => succeed([...searchArguments(config, directory), '--name', `${VICTIM} ${seed}`]),
    ]),
    ['search and delete', searchAndDelete],
    ['list', () => several(() => succeed(['runs', '--data-dir', directory, '--json']))],
    ['show', () => several(() => succeed(['show', base.id, '--data-dir', directory, '--json']))],
    ['export', () => several((index) => succeed(exportOf(index)))],
    ['backup', () => several((index) => succeed(backupTo(index)))],
    ['check', () => succeed(['doctor', '--data-dir', directory, '--json'])],
  ];
  await Promise.all(work.map(([, run]) => run()));
  torment.figures.count('processes on one database', work.length);
  checkSound(torment, ATTACK, directory, 'after a crowd');
  checkKept(torment, ATTACK, directory, base, 'after a crowd');
  const searches = withStore(directory, (store) => store.searches.list());
  for (const { seed, kept } of samples) {
    const found = searches.find(({ name }) => name === `${VICTIM} ${seed}`);
    if (found) checkKept(torment, ATTACK, directory, { id: found.id, kept }, 'after a crowd');
    else torment.violation(ATTACK, 'a search is lost in a crowd');
  }
  if (searches.length !== 1 + samples.length) {
    torment.violation(ATTACK, `after a crowd there are ${searches.length} searches`);
  }
  await checkOrphans(torment, ATTACK);
  await checkDoctor(torment, ATTACK, directory);

  async function succeed(args: readonly string[]): Promise<void> {
    const ended = await ticket(args);
    checkSuccess(torment, ATTACK, ended, args[0] ?? '');
  }

  async function searchAndDelete(): Promise<void> {
    const [sample] = samples;
    if (!sample) return;
    const name = 'to be deleted';
    await succeed([...searchArguments(sample.config, directory), '--name', name]);
    const id = withStore(directory, (store) =>
      store.searches.list().find((search) => search.name === name),
    )?.id;
    await succeed(['delete', id ?? '', '--for-good', '--data-dir', directory]);
  }

  function exportOf(index: number): string[] {
    const out = path.join(exports, `${index}.npz`);
    return [
      ...['export', base.id, '--what', 'weights', '--format', 'npz'],
      ...['--out', out, '--data-dir', directory],
    ];
  }

  function backupTo(index: number): string[] {
    return ['backup', path.join(exports, `${index}.sqlite`), '--data-dir', directory];
  }
}

async function several(run: (index: number) => Promise<void>): Promise<void> {
  for (let index = 0; index < 3; index += 1) await run(index);
}
