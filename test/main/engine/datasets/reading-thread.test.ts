/** Who reads and summarises: the main thread or another. Counted, because times say little. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readingOf } from '../../../../src/main/engine/data-summary/data-reading.ts';
import * as dataSummary from '../../../../src/main/engine/data-summary/data-summary.ts';
import * as featureFacts from '../../../../src/main/engine/data-summary/feature-facts.ts';
import { csv } from '../../../../src/main/engine/datasets/csv.ts';
import type { Dataset } from '../../../../src/main/engine/datasets/dataset.ts';
import * as fingerprint from '../../../../src/main/engine/datasets/fingerprint.ts';
import { mnist } from '../../../../src/main/engine/datasets/mnist.ts';
import * as idxFiles from '../../../../src/main/engine/datasets/readers/idx-files.ts';
import { fashionMnist } from '../../../../src/main/engine/datasets/fashion-mnist.ts';
import { downloadOf } from '../../../../src/main/engine/datasets/download.ts';
import { twoMoons } from '../../../../src/main/engine/datasets/two-moons.ts';
import { checkFiles } from '../../../../src/main/workbench/datasets/install.ts';
import { temporaryFolders, tinyFiles, usualNames } from './idx-writer.ts';

// A thread has modules of its own, so these count what this thread does.
vi.mock('../../../../src/main/engine/data-summary/data-summary.ts', { spy: true });
vi.mock('../../../../src/main/engine/data-summary/feature-facts.ts', { spy: true });
vi.mock('../../../../src/main/engine/datasets/fingerprint.ts', { spy: true });
vi.mock('../../../../src/main/engine/datasets/readers/idx-files.ts', { spy: true });

const folderOf = temporaryFolders();
const SEED = { replicates: { count: 1, seed: 3 } };
const nothing = () => undefined;

let threads = 0;
process.on('worker', (_thread: Worker) => {
  threads += 1;
});

beforeEach(() => {
  vi.clearAllMocks();
  threads = 0;
});

/** How often this thread itself decoded IDX files, hashed examples, and summarised data. */
const workHere = () => ({
  decoded: vi.mocked(idxFiles.loadIdxFiles).mock.calls.length,
  hashed: vi.mocked(fingerprint.fingerprintOf).mock.calls.length,
  looked: vi.mocked(featureFacts.featureFacts).mock.calls.length,
  summarised: vi.mocked(dataSummary.summarizeData).mock.calls.length,
});
const NONE = { decoded: 0, hashed: 0, looked: 0, summarised: 0 };

describe('the main thread', () => {
  it('reads and summarises what is small', async () => {
    const dataset = await twoMoons.load({ id: 'two-moons', train: 60, test: 20 });
    const choice = { id: 'two-moons', validation: 10 };
    await readingOf({ dataset: choice, ...SEED }, dataset, nothing);
    expect(workHere()).toEqual({ decoded: 0, hashed: 1, looked: 1, summarised: 1 });
    expect(threads).toBe(0);
  });

  it('neither decodes, hashes nor summarises what is large; one thread does all of it', async () => {
    const dataset: Dataset = await mnist.load({ id: 'mnist' });
    const choice = { id: 'mnist', validation: 5000 };
    const reading = await readingOf({ dataset: choice, ...SEED }, dataset, nothing);
    expect(reading.summary).toMatchObject({ train: 55_000, validation: 5000, test: 10_000 });
    const other = { replicates: { count: 1, seed: 4 } };
    expect(await readingOf({ dataset: choice, ...other }, dataset, nothing)).not.toEqual(reading);
    expect(workHere()).toEqual(NONE);
    expect(threads).toBe(1);

    // What the thread says is what this one would say.
    const facts = await featureFacts.featureFacts(dataset);
    expect(reading).toEqual(dataSummary.summarizeData(choice, 3, dataset, facts));
  });

  it('gives a large table another shape without hashing it', async () => {
    const COLUMNS = 1000;
    const names = Array.from({ length: COLUMNS }, (_, column) => `x${column}`);
    const rowOf = (record: number) => `${`${record % 7},`.repeat(COLUMNS)}${record % 2}`;
    const rows = Array.from({ length: 4200 }, (_, record) => rowOf(record));
    const file = join(folderOf({}), 'large.csv');
    writeFileSync(file, [[...names, 'kind'].join(','), ...rows].join('\n'));
    const choice = { id: 'csv', file, label: 'kind' };
    const [flat, images] = [await csv.load(choice), await csv.load({ ...choice, shape: [25, 40] })];
    expect(images.shape).toEqual([25, 40, 1]);
    expect(images.fingerprint).not.toBe(flat.fingerprint);
    // Both are views of one memory.
    flat.train.features[0] = 42;
    expect(images.train.features[0]).toBe(42);
    expect(workHere()).toEqual(NONE);
  });

  it('does not check the files of a large dataset that is fetched or added', async () => {
    const { id } = fashionMnist;
    const download = downloadOf(fashionMnist);
    // Sound files of another dataset: they are read to their end before they are refused.
    const folder = folderOf(usualNames(tinyFiles()));
    await expect(checkFiles({ id, download }, folder)).rejects.toMatchObject({
      code: 'invalid-data',
      message: expect.stringMatching(
        /^The examples in .* are not those of fashion-mnist: their fingerprint is [0-9a-f]{64}; expected/,
      ) as string,
    });
    expect(workHere()).toEqual(NONE);
  });
});
