import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Store } from '../../../../src/main/store/store.ts';
import type { SearchResult } from '../../../../src/shared/domain/search.ts';
import { eventsOf, ticket, writeSmallDataset } from '../../../support/command-line.ts';
import { everythingKept, onlySearch } from '../../../support/kept.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-engines-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/**
 * MNIST at two fifths and at a hundredth of the weights. Evaluated at the end only, so that verdicts rest on the
 * accuracy; both are far from where a verdict tips over, since engines differ in
 * rounding and a training amplifies that.
 */
const SETTINGS = [
  'training.iterations=600',
  'training.evaluateEvery=600',
  'pruning.schedule=densities',
  'pruning.densities=[0.4,0.01]',
  'verdict.accuracyTolerance=0.04',
].flatMap((assignment) => ['--set', assignment]);

async function searchOn(engine: string): Promise<SearchResult> {
  const ended = await ticket(
    'search',
    ...SETTINGS,
    ...['--set', `training.engine=${engine}`, '--data-dir', scratch, '--json'],
  );
  const last = eventsOf(ended.stdout).at(-1);
  if (last?.type !== 'result') throw new Error(`no result on ${engine}: ${ended.stderr}`);
  return last.search;
}

describe('the two engines', () => {
  it('reach the same verdicts on MNIST over three replicates', async () => {
    const [dense, sparse] = [await searchOn('dense'), await searchOn('sparse')];
    const verdictsOf = ({ levels }: SearchResult) =>
      levels.map(({ branches }) =>
        Object.entries(branches).map(([branch, { verdict }]) => [branch, verdict.kind]),
      );
    expect(verdictsOf(sparse)).toEqual(verdictsOf(dense));
    // Verdicts that are all alike would prove nothing.
    const [large, small] = sparse.levels;
    expect(large?.branches['ticket']?.verdict.kind).toBe('speed open');
    expect(small?.branches['random-reinit']?.verdict.kind).toBe('not winning');
  });
});

/** A search whose levels lie on both sides of the border between the engines. */
const SMALL = [
  `dataset={"id":"idx","folder":${JSON.stringify(writeSmallDataset(path.join(scratch, 'data')))},"validation":100}`,
  'architecture={"id":"mlp","widths":[600,100]}',
  'training.iterations=40',
  'training.evaluateEvery=20',
  'training.batchSize=100',
  'pruning.levels=3',
  'branches=[]',
  'replicates.count=1',
].flatMap((assignment) => ['--set', assignment]);

/** Searches in a new data directory. Returns everything that was kept. */
async function searchIn(name: string, ...options: string[]) {
  const dataDir = path.join(scratch, name);
  const ended = await ticket('search', ...options, '--data-dir', dataDir, '--quiet');
  expect(ended).toMatchObject({ code: 0 });
  return { dataDir, kept: everythingKept(dataDir, onlySearch(dataDir).id) };
}

/** Processes that do nothing but use up processor time. */
function startLoad(): { stop(): void } {
  const busy = Array.from({ length: 3 }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  );
  return {
    stop: () => {
      for (const child of busy) child.kill('SIGKILL');
    },
  };
}

function enginesIn(dataDir: string) {
  const store = Store.open(path.join(dataDir, 'workbench.sqlite'));
  try {
    return [...store.engines.ofSearch(onlySearch(dataDir).id).values()];
  } finally {
    store.close();
  }
}

describe('equal settings', () => {
  it('give equal bits on a busy and on a quiet machine', async () => {
    const { dataDir, kept } = await searchIn('quiet', ...SMALL);
    expect(enginesIn(dataDir)).toEqual(['dense', 'sparse', 'sparse', 'sparse']);
    const load = startLoad();
    try {
      for (const run of [0, 1, 2]) {
        expect((await searchIn(`busy-${run}`, ...SMALL)).kept).toEqual(kept);
      }
    } finally {
      load.stop();
    }
  });

  it.each([
    '{"id":"mlp","widths":[600,100]}',
    '{"id":"conv-2","width":0.25}',
    '{"id":"resnet-20","width":0.25}',
  ])('give equal bits with native kernels and without: %s', async (architecture) => {
    const options = [
      `architecture=${architecture}`,
      'training.engine=sparse',
      'training.iterations=12',
      'training.evaluateEvery=6',
    ].flatMap((assignment) => ['--set', assignment]);
    const name = `native-${architecture.replaceAll(/\W/g, '')}`;
    const native = await searchIn(name, ...SMALL, ...options);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    vi.stubEnv('TICKET_NATIVE', '0');
    const without = await searchIn(`${name}-off`, ...SMALL, ...options);
    expect(without.kept).toEqual(native.kept);
  });

  it('that a search exported give its bits, also if its engines were measured', async () => {
    const measured = ['--set', 'training.engine=measured'];
    const { dataDir, kept } = await searchIn('measured', ...SMALL, ...measured);
    const { id } = onlySearch(dataDir);
    const file = path.join(scratch, 'exported.json');
    const what = ['--what', 'settings', '--format', 'json', '--out', file];
    expect(await ticket('export', id, ...what, '--data-dir', dataDir)).toMatchObject({ code: 0 });
    const exported = JSON.parse(readFileSync(file, 'utf8')) as { training: object };
    expect(exported.training).toMatchObject({
      engine: 'measured',
      engines: enginesIn(dataDir),
    });

    const again = await searchIn('again', '--config', file);
    expect(enginesIn(again.dataDir)).toEqual(enginesIn(dataDir));
    expect(again.kept).toEqual(kept);
  });
});
