/** A search over entries of plug-ins, and what becomes of it when their files change or are gone. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadPlugInFolder } from '../../../../src/main/workbench/plug-ins/folder.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { ticket } from '../../../support/command-line.ts';
import { openRealWorkbench, resultsOf } from '../../../support/real-workbench.ts';
import { EXAMPLES } from './examples.ts';

const STRATEGY = 'relative-change.ts';
const DATASET = 'checkerboard.js';

const folder = mkdtempSync(path.join(tmpdir(), 'ticket-plug-ins-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
for (const name of [STRATEGY, DATASET]) {
  copyFileSync(path.join(EXAMPLES, name), path.join(folder, name));
}
loadPlugInFolder(folder);

const settings = () =>
  parseSettings(registries, {
    dataset: { id: 'checkerboard', train: 300, test: 60, validation: 60 },
    architecture: { id: 'mlp', widths: [8, 6] },
    training: { optimizer: { id: 'adam' }, batchSize: 20, iterations: 30, evaluateEvery: 10 },
    pruning: { strategy: { id: 'global-relative-change' }, schedule: 'iterative', levels: 2 },
    branches: ['random-reinit'],
    replicates: { count: 2, seed: 7 },
  });

describe('a search with a strategy and a dataset of plug-ins', () => {
  it('has the same bits on one worker and on two', async () => {
    const { store, workbench } = openRealWorkbench();
    const results = [];
    for (const workers of [1, 2]) {
      const { id } = await workbench.planner.create(settings(), `on ${workers}`);
      await workbench.runner.run(id, { workers });
      results.push(resultsOf(store, id));
    }
    expect(results[0]).toHaveLength(10);
    expect(results[1]).toEqual(results[0]);
  });

  it('keeps the files it was planned with, and runs with these only', async () => {
    const { folder: dataDirectory, store, workbench } = openRealWorkbench();
    const { id, plugIns } = await workbench.planner.create(settings(), 'with plug-ins');
    expect(plugIns).toEqual([
      {
        kind: 'datasets',
        id: 'checkerboard',
        file: DATASET,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      {
        kind: 'strategies',
        id: 'global-relative-change',
        file: STRATEGY,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    const resume = (...args: string[]) =>
      ticket('resume', id, '--quiet', '--workers', '1', '--data-dir', dataDirectory, ...args);
    const expected = plugIns?.[1]?.sha256 ?? '';

    const without = await resume();
    expect(without.code).toBe(1);
    expect(without.stderr).toContain(
      'uses the dataset "checkerboard" of the plug-in checkerboard.js',
    );
    expect(without.stderr).toContain('which is not loaded');
    expect(without.stderr).toContain('--plugins FOLDER');

    const file = path.join(folder, STRATEGY);
    const original = readFileSync(file);
    writeFileSync(file, `${original.toString()}\n// Changed.\n`);
    const changed = await resume('--plugins', folder);
    expect(changed.code).toBe(1);
    expect(changed.stderr).toContain(expected);
    expect(changed.stderr).toMatch(
      /has changed: .*relative-change[.]ts has the SHA-256 [0-9a-f]{64}/,
    );

    rmSync(file);
    const gone = await resume('--plugins', folder);
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain(
      `relative-change.ts with the SHA-256 ${expected}, which is not loaded`,
    );

    // The history shows it all the same.
    const [runs, show] = await Promise.all([
      ticket('runs', '--data-dir', dataDirectory),
      ticket('show', id, '--data-dir', dataDirectory),
    ]);
    expect([runs.code, show.code], runs.stderr + show.stderr).toEqual([0, 0]);
    expect(show.stdout).toContain(`plug-in ${STRATEGY}, SHA-256 ${expected}`);
    expect(show.stdout).toContain('failed: ');

    writeFileSync(file, original);
    const resumed = await resume('--plugins', folder);
    expect(resumed.stderr).toBe('');
    expect(resumed.code).toBe(0);
    expect(store.searches.status(id)).toBe('finished');
    const shown = await ticket('show', id, '--data-dir', dataDirectory);
    expect(shown.code, shown.stderr).toBe(0);
  });
});

it('a search without plug-ins runs on after a file has changed; one that needs it says which', async () => {
  const { store, workbench } = openRealWorkbench();
  const withPlugIn = await workbench.planner.create(settings(), 'with plug-ins');
  const { pruning } = settings();
  const plain = await workbench.planner.create(
    {
      ...settings(),
      pruning: { ...pruning, strategy: { id: 'global-magnitude', fraction: 0.3 } },
    },
    'without the strategy',
  );
  const file = path.join(folder, STRATEGY);
  const original = readFileSync(file);
  writeFileSync(file, `${original.toString()}\n// Changed.\n`);
  try {
    await workbench.runner.run(plain.id, { workers: 1 });
    expect(store.searches.status(plain.id)).toBe('finished');
    await expect(workbench.runner.run(withPlugIn.id, { workers: 1 })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(
        /relative-change[.]ts has changed since this process loaded it/,
      ),
    });
    expect(store.searches.get(withPlugIn.id).error?.message).toContain(STRATEGY);
  } finally {
    writeFileSync(file, original);
  }
  await workbench.runner.run(withPlugIn.id, { workers: 1 });
  expect(store.searches.status(withPlugIn.id)).toBe('finished');
});
