/** `ticket merge`, killed without warning: while it stores arrays, in its transaction, and at any moment. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rng } from '../../../../src/shared/rng.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { writeBundle } from '../../../../src/main/workbench/bundles/bundle-writer.ts';
import { databaseFile } from '../../../../src/main/workbench/data-directory.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { countRows } from '../../store/support.ts';
import { startTicket, ticket } from '../../../support/command-line.ts';
import { countArrays, heldAfter, holdInserts } from './held-merges.ts';
import { everythingOf, LARGE, saveSearch } from './samples.ts';

const KILLS = 8;

const kept: string[] = [];

/** A folder that is gone after all tests. */
function keptFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'ticket-killed-'));
  kept.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of kept) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A bundle whose arrays are stored in several steps, its search, and what a merge of it takes and stores. */
async function undisturbed() {
  const from = Store.open(databaseFile(keptFolder()));
  const id = saveSearch(from, LARGE);
  const bundle = path.join(keptFolder(), 'large.ticket');
  await writeBundle(from, bundle, { searchIds: [id], withWeights: true, overwrite: false });
  from.close();
  const directory = keptFolder();
  const began = performance.now();
  expect((await ticket('merge', bundle, '--data-dir', directory)).code).toBe(0);
  const milliseconds = performance.now() - began;
  const arrays = countArrays(databaseFile(directory));
  return { id, bundle, milliseconds, arrays, expected: contentOf(directory, id) };
}

/** Everything of the search but when it was merged. */
function contentOf(directory: string, id: string) {
  const store = Store.open(databaseFile(directory));
  try {
    const { search, ...others } = everythingOf(store, id);
    return { ...others, search: { ...search, finishedAt: undefined } };
  } finally {
    store.close();
  }
}

/** A data directory with an empty database. */
function emptyDirectory(): { readonly directory: string; readonly file: string } {
  const directory = temporaryFolder();
  const file = databaseFile(directory);
  Store.open(file).close();
  return { directory, file };
}

/** Merges, and kills that when `until` resolves. @returns whether it was killed before its end. */
async function killed(
  bundle: string,
  directory: string,
  until: () => Promise<unknown>,
): Promise<boolean> {
  const { child, ended } = startTicket(['merge', bundle, '--data-dir', directory]);
  try {
    await Promise.race([until(), ended]);
  } finally {
    child.kill('SIGKILL');
  }
  return (await ended).signal === 'SIGKILL';
}

/** All of it is there, or nothing; and everything that is there is sound. */
async function expectWhole(directory: string): Promise<void> {
  const file = databaseFile(directory);
  const [searches, trainings] = [countRows(file, 'searches'), countRows(file, 'trainings')];
  expect([
    [0, 0],
    [1, 10],
  ]).toContainEqual([searches, trainings]);
  const { code, stdout } = await ticket('doctor', '--deep', '--data-dir', directory);
  expect({ code, stdout }).toMatchObject({ code: 0 });
}

/** The next start removes what was stored, and a merge completes. */
async function expectCompletes(
  directory: string,
  { id, bundle, expected }: Awaited<ReturnType<typeof undisturbed>>,
): Promise<void> {
  const file = databaseFile(directory);
  const store = Store.open(file);
  store.bundleMerge.removeAbandoned();
  expect(store.bundleMerge.hasAbandoned()).toBe(false);
  store.close();
  expect([countRows(file, 'staged_arrays'), countRows(file, 'bundle_merges')]).toEqual([0, 0]);
  if (countRows(file, 'searches') === 0) expect(countRows(file, 'blobs')).toBe(0);
  expect((await ticket('merge', bundle, '--data-dir', directory)).code).toBe(0);
  expect(contentOf(directory, id)).toEqual(expected);
  await expectWhole(directory);
}

describe('a merge that is killed', () => {
  let sample: Awaited<ReturnType<typeof undisturbed>>;
  beforeAll(async () => {
    sample = await undisturbed();
  });

  it.each([
    // It has some 35 arrays, and stores half of them in one step.
    {
      when: 'while it stores arrays',
      table: 'staged_arrays',
      condition: '(SELECT count(*) FROM staged_arrays) > 20',
      isBefore: true,
    },
    {
      when: 'in its transaction',
      table: 'metrics',
      condition: 'NEW.training_id > 5',
      isBefore: false,
    },
  ])('$when has merged nothing, and completes later', async ({ table, condition, isBefore }) => {
    const { directory, file } = emptyDirectory();
    const release = holdInserts(file, table, condition);
    const least = isBefore ? 1 : sample.arrays;
    expect(await killed(sample.bundle, directory, () => heldAfter(file, least))).toBe(true);
    release();
    const staged = countRows(file, 'staged_arrays');
    expect([staged > 0, staged < sample.arrays]).toEqual([true, isBefore]);
    expect(countRows(file, 'trainings')).toBe(0);
    await expectWhole(directory);
    await expectCompletes(directory, sample);
  });

  it('at any moment has merged all or nothing, and completes after any number of kills', async () => {
    let { directory, file } = emptyDirectory();
    let underWay = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const moment = sample.milliseconds * rng('killed merges', kill).uniform();
      if (await killed(sample.bundle, directory, () => delay(moment))) underWay += 1;
      await expectWhole(directory);
      // Further merges would only find that everything is there.
      if (countRows(file, 'searches') > 0) ({ directory, file } = emptyDirectory());
    }
    expect(underWay).toBeGreaterThan(0);
    await expectCompletes(directory, sample);
  });
});
