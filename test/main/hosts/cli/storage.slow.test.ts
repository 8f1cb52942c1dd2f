/** A real search without its weights: what it can still do, and how plainly it says what it can't. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../../support/run-command.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-storage-'));
const data = path.join(scratch, 'searches');
const settings = path.join(scratch, 'settings.json');
const run = (...args: readonly string[]) => runCommand(...args, '--data-dir', data);
let id: string;

beforeAll(async () => {
  writeFileSync(
    settings,
    JSON.stringify({
      dataset: { id: 'mnist', validation: 500, testSubset: 1000 },
      training: { iterations: 60, evaluateEvery: 20, engine: 'sparse' },
      pruning: { levels: 2 },
      branches: [],
      replicates: { count: 2 },
    }),
  );
  const searched = await run('search', '--preset', 'quick', '--config', settings, '--json');
  if (searched.code !== 0) throw new Error(searched.stderr);
  const last = JSON.parse(searched.stdout.trim().split('\n').at(-1)!) as { search: { id: string } };
  id = last.search.id;
});

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

describe('a search without its weights', () => {
  it('is told what would be freed, and then freed', async () => {
    const preview = await run('storage', 'drop-weights', id, '--dry-run');
    expect(preview.stdout).toMatch(/would free [\d.]+ [kM]B/);
    expect(preview.stdout).toContain('Replicates can be added.');
    expect((await run('storage', '--json')).stdout).toContain('"final-weights"');
    const dropped = await run('storage', 'drop-weights', '--older-than', '0');
    expect(dropped).toMatchObject({ code: 0 });
    expect(dropped.stderr).toMatch(
      /Weights dropped: 1 search\. The database is [\d.]+ [kM]B smaller/,
    );
    expect((await run('storage', '--json')).stdout).not.toContain('"final-weights"');
  });

  it('still has its verdict, masks and measurements', async () => {
    const shown = await run('show', id);
    expect(shown.stdout).toMatch(/its weights were dropped on \d{4}-\d\d-\d\d to save space/);
    const masks = ['export', id, '--what', 'masks', '--format', 'npz'];
    expect(await run(...masks, '--out', path.join(scratch, 'masks.npz'))).toMatchObject({
      code: 0,
    });
    const metrics = ['export', id, '--what', 'metrics', '--format', 'csv'];
    expect(await run(...metrics, '--out', path.join(scratch, 'metrics.csv'))).toMatchObject({
      code: 0,
    });
  });

  it.each([
    ['export of weights', ['export', '--what', 'weights', '--format', 'npz', '--out', 'w.npz']],
    ['an analysis of weights', ['analyse', '--what', 'weight-movement']],
    ['another level', ['extend', '--levels', '+1']],
  ])('says plainly why there is no %s', async (_what, [command, ...rest]) => {
    const refused = await run(command!, id, ...rest);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(
      /were dropped on \d{4}-\d\d-\d\d to save space; masks and measurements are kept/,
    );
  });

  it('is no damage to the doctor', async () => {
    const { stdout } = await run('doctor', '--deep');
    expect(stdout).toContain('Weights      of 1 search were dropped to save space');
    expect(stdout).not.toContain('✗ blob');
  });

  it('is extended by what follows from its seed, and drops that, too', async () => {
    const extended = await run('extend', id, '--replicates', '+1', '--branch', 'random-reinit');
    expect(extended).toMatchObject({ code: 0 });
    const weights = ['export', id, '--what', 'weights', '--format', 'npz', '--replicate', '3'];
    expect(await run(...weights, '--out', path.join(scratch, 'third.npz'))).toMatchObject({
      code: 0,
    });
    const again = await run('storage', 'drop-weights', id);
    expect(again.stderr).toContain('Weights dropped: 1 search.');
  });
});

describe('the trash', () => {
  it('keeps what is deleted, restores it, and is emptied', async () => {
    const deleted = await run('delete', id);
    expect(deleted.stderr).toMatch(
      /Until \d{4}-\d\d-\d\d, "ticket trash restore .*" brings it back/,
    );
    expect((await run('runs')).stdout).not.toContain(id);
    expect((await run('trash')).stdout).toContain(id);
    expect(await run('trash', 'restore', id.slice(0, 10))).toMatchObject({ code: 0 });
    expect((await run('runs')).stdout).toContain(id);
    expect((await run('trash', 'delete', id)).stderr).toContain('no search in the trash');

    await run('delete', id);
    const listed = JSON.parse((await run('trash', '--json')).stdout) as { searches: object[] };
    expect(listed.searches).toMatchObject([{ id, name: expect.any(String) }]);
    expect((await run('trash', 'empty')).stderr).toContain('Deleted: 1 search.');
    expect((await run('trash')).stderr).toContain('The trash is empty.');
    expect((await run('trash', 'restore', id)).code).toBe(2);
  });
});
