/** Merges that are killed without warning: while they store arrays, in their transaction, and at any moment. */
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Settings } from '../../../../src/shared/domain/settings.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { mergeBundle } from '../../../../src/main/workbench/bundles/merge-bundle.ts';
import { temporaryFile } from '../../store/samples.ts';
import { countRows } from '../../store/support.ts';
import { startTicket } from '../../../support/command-line.ts';
import { countArrays, heldAfter, holdInserts } from './held-merges.ts';
import { bundleOf, emptyStore, everythingOf, LARGE, saveSearch } from './samples.ts';

const KILLS = 8;

const MERGE = fileURLToPath(new URL('children/merge.ts', import.meta.url));

/** For a search whose arrays, 2 MB, `MERGE` stores in some twenty steps. */
const SEVERAL_STEPS: Partial<Settings> = { architecture: { id: 'mlp', widths: [2000] } };

type Sample = Awaited<ReturnType<typeof sampleOf>>;

/** A bundle, its search, and what a merge of it stores. */
async function sampleOf(settings: Partial<Settings> = {}) {
  const from = emptyStore();
  const id = saveSearch(from, settings);
  const bundle = await bundleOf(from, [id]);
  const store = emptyStore();
  await mergeBundle(store, bundle);
  const arrays = countArrays(path.join(store.directory, 'workbench.sqlite'));
  return { id, bundle, arrays, expected: contentOf(store, id) };
}

/** Everything of the search but when it was merged. */
function contentOf(store: Store, id: string) {
  const { search, ...others } = everythingOf(store, id);
  return { ...others, search: { ...search, finishedAt: undefined } };
}

/** The file of an empty database. */
function emptyFile(): string {
  const file = temporaryFile();
  Store.open(file).close();
  return file;
}

/** Kills a process when `until` resolves. @returns whether it was killed before its end. */
async function killed(
  { child, ended }: ReturnType<typeof startTicket>,
  until: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await Promise.race([until(), ended]);
  } finally {
    child.kill('SIGKILL');
  }
  return (await ended).signal === 'SIGKILL';
}

/** All of it is there, or nothing; and everything that is there is sound. */
function expectWhole(file: string, store: Store): void {
  const [searches, trainings] = [countRows(file, 'searches'), countRows(file, 'trainings')];
  expect([
    [0, 0],
    [1, 10],
  ]).toContainEqual([searches, trainings]);
  expect(store.integrityCheck()).toEqual([]);
}

/** The next start removes what was stored, and a merge completes. */
async function expectCompletes(file: string, { id, bundle, expected }: Sample): Promise<void> {
  const store = Store.open(file);
  try {
    expectWhole(file, store);
    store.bundleMerge.removeAbandoned();
    expect(store.bundleMerge.hasAbandoned()).toBe(false);
    expect([countRows(file, 'staged_arrays'), countRows(file, 'bundle_merges')]).toEqual([0, 0]);
    if (countRows(file, 'searches') === 0) expect(countRows(file, 'blobs')).toBe(0);
    await mergeBundle(store, bundle);
    expect(contentOf(store, id)).toEqual(expected);
    expectWhole(file, store);
  } finally {
    store.close();
  }
}

describe('a merge that is killed', () => {
  it.each([
    {
      when: 'while it stores arrays',
      // Some 35 of them; half of them are stored in one step.
      settings: LARGE,
      table: 'staged_arrays',
      condition: '(SELECT count(*) FROM staged_arrays) > 20',
      isBefore: true,
    },
    {
      when: 'in its transaction',
      settings: {},
      table: 'metrics',
      // Some are inserted.
      condition: '(SELECT count(*) FROM metrics) > 5',
      isBefore: false,
    },
  ])(
    '$when has merged nothing, and completes later',
    async ({ settings, table, condition, isBefore }) => {
      const sample = await sampleOf(settings);
      const file = emptyFile();
      const release = holdInserts(file, table, condition);
      const least = isBefore ? 1 : sample.arrays;
      const merge = startTicket(['merge', sample.bundle, '--data-dir', path.dirname(file)]);
      expect(await killed(merge, () => heldAfter(file, least))).toBe(true);
      release();
      const staged = countRows(file, 'staged_arrays');
      expect([staged > 0, staged < sample.arrays]).toEqual([true, isBefore]);
      expect(countRows(file, 'trainings')).toBe(0);
      await expectCompletes(file, sample);
    },
  );

  it('at any moment has merged all or nothing, and completes after any number of kills', async () => {
    const sample = await sampleOf(SEVERAL_STEPS);
    const merge = (into: string) => startTicket([into, sample.bundle], {}, MERGE);
    const undisturbed = await merge(emptyFile()).ended;
    const milliseconds = Number(/^merging\n([\d.]+)\n$/.exec(undisturbed.stdout)?.[1]);
    expect(milliseconds, undisturbed.stderr).toBeGreaterThan(0);
    let file = emptyFile();
    let underWay = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const moment = milliseconds * rng('killed merges', kill).uniform();
      const merging = merge(file);
      const until = async (): Promise<void> => {
        await once(merging.child.stdout!, 'data');
        await delay(moment);
      };
      if (await killed(merging, until)) underWay += 1;
      const store = Store.open(file);
      expectWhole(file, store);
      store.close();
      // Further merges would only find that everything is there.
      if (countRows(file, 'searches') > 0) file = emptyFile();
    }
    expect(underWay).toBeGreaterThan(0);
    await expectCompletes(file, sample);
  });
});
