/** A search as a file, from the command line: written whole and in part, merged, and trained again. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerifiedTraining } from '../../../../src/main/workbench/bundles/verify.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { runCommand } from '../../../support/run-command.ts';
import { buildWasmFirst } from '../../../support/wasm.ts';
import { temporaryFolder } from '../../store/samples.ts';

buildWasmFirst();

const SETTINGS = [
  'dataset={"id":"two-moons","validation":100}',
  'architecture={"id":"mlp","widths":[12,8]}',
  'training={"iterations":40,"evaluateEvery":10,"engine":"sparse"}',
  'pruning={"schedule":"iterative","levels":1}',
  'branches=["random-reinit"]',
  'replicates.count=2',
].flatMap((assignment) => ['--set', assignment]);

const home = mkdtempSync(path.join(tmpdir(), 'ticket-travelling-'));
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});
let id: string;

async function ticket(folder: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(...args, '--data-dir', folder);
  expect(code, stderr).toBe(0);
  return stdout;
}

async function bundle(...options: string[]): Promise<string> {
  const file = path.join(temporaryFolder(), 'search.ticket');
  await ticket(home, 'export', id, '--what', 'bundle', '--out', file, ...options);
  return file;
}

/** Name of each training in a data directory, and whether its weights are there. */
async function mergedFrom(file: string): Promise<Map<string, boolean>> {
  const folder = temporaryFolder();
  await ticket(folder, 'merge', file);
  const store = Store.open(path.join(folder, 'workbench.sqlite'));
  try {
    return new Map(
      store.bundled.keys(id).map((key) => {
        const { arrays } = store.bundled.training(id, key);
        const name = `${key.replicate + 1} ${key.level} ${key.branch}`;
        return [name, Object.keys(arrays).some((role) => role.toLowerCase().includes('weights'))];
      }),
    );
  } finally {
    store.close();
  }
}

const verified = (stdout: string) =>
  (JSON.parse(stdout) as Record<string, VerifiedTraining[]>)[id]!.map(
    ({ key, outcome }) => `${key.replicate} ${key.level} ${key.branch}: ${outcome}`,
  );

beforeAll(async () => {
  await ticket(home, 'search', ...SETTINGS, '--quiet');
  const [search] = JSON.parse(await ticket(home, 'runs', '--json')) as { id: string }[];
  id = search!.id;
});

describe('a bundle that "ticket export" writes', () => {
  const OF_ONE = ['0 ticket', '1 random-reinit', '1 ticket'];

  it('has the whole search', async () => {
    const merged = await mergedFrom(await bundle());
    const expected = ['1', '2'].flatMap((replicate) => OF_ONE.map((of) => `${replicate} ${of}`));
    expect([...merged.keys()].toSorted()).toEqual(expected);
    expect([...merged.values()]).toEqual(expected.map(() => true));
  });

  it('has some replicates, counted from 1', async () => {
    const merged = await mergedFrom(await bundle('--replicates', '2'));
    expect([...merged.keys()].toSorted()).toEqual(OF_ONE.map((of) => `2 ${of}`));
  });

  it('can leave the weights out, and is smaller', async () => {
    const [whole, without] = [await bundle(), await bundle('--without-weights')];
    expect(statSync(without).size).toBeLessThan(statSync(whole).size);
    expect([...(await mergedFrom(without)).values()]).not.toContain(true);
  });

  it('refuses a replicate that the search does not have', async () => {
    const file = path.join(temporaryFolder(), 'search.ticket');
    const { code, stderr } = await runCommand(
      ...['export', id, '--what', 'bundle', '--out', file, '--replicates', '3'],
      ...['--data-dir', home],
    );
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/replicate/);
  });
});

describe('"ticket verify"', () => {
  it('trains a search again, by its id, and says what came out of each training', async () => {
    const stdout = await ticket(home, 'verify', id, '--level', '1', '--json', '--quiet');
    expect(verified(stdout).toSorted()).toEqual([
      '1 1 random-reinit: bits',
      '1 1 ticket: bits',
      '2 1 random-reinit: bits',
      '2 1 ticket: bits',
    ]);
    const text = await ticket(home, 'verify', id, '--replicate', '2', '--quiet');
    expect(text).toContain(`${id}: of 3 trainings, 3 came out bit for bit`);
  });

  it('trains a bundle again that is not merged, and merges nothing', async () => {
    const folder = temporaryFolder();
    const file = await bundle('--replicates', '2');
    const stdout = await ticket(folder, 'verify', file, '--replicate', '2', '--json', '--quiet');
    expect(verified(stdout)).toHaveLength(3);
    expect(JSON.parse(await ticket(folder, 'runs', '--json'))).toEqual([]);
  });

  it('ends with an error where a level has not been trained', async () => {
    const missing = await runCommand('verify', id, '--level', '7', '--data-dir', home);
    expect(missing.code).not.toBe(0);
    expect(missing.stderr).toContain('has no finished trainings of level 7');
  });
});
