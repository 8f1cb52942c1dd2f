import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csv } from '../../../../src/main/engine/datasets/csv.ts';
import { idx } from '../../../../src/main/engine/datasets/idx.ts';
import { loadIdxFiles } from '../../../../src/main/engine/datasets/readers/idx-files.ts';
import { findIdxFiles } from '../../../../src/main/engine/datasets/readers/idx-folder.ts';
import { bytesToRead, isLarge } from '../../../../src/main/engine/datasets/reading.ts';
import { readInThread } from '../../../../src/main/engine/datasets/reading-thread.ts';
import type { OnReading } from '../../../../src/main/engine/datasets/dataset.ts';
import { startNode } from '../../../provision/support.ts';
import { SettingsError, WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import type { Choice } from '../../../../src/shared/domain/definition.ts';
import { idxBytes, temporaryFolders, usualNames } from './idx-writer.ts';

const folderOf = temporaryFolders();

function choiceOf(table: string, changes: Record<string, unknown> = {}) {
  const folder = folderOf({ 'train.csv': Buffer.from(table) });
  return { id: 'csv', file: join(folder, 'train.csv'), label: 'kind', ...changes };
}

const TABLE = `,size,kind\n${Array.from({ length: 40 }, (_, row) => `${row},${row / 8},${row % 2 ? 'cat' : 'dog'}`).join('\n')}\n`;

const readThere = (
  choice: Choice,
  onReading: OnReading = () => undefined,
  options: { readonly what?: string; readonly heapMegabytes?: number } = {},
) => readInThread('load', choice.id, { choice }, { what: 'the table', onReading, ...options });

/** A module of the engine, as a script imports it. */
const source = (name: string) =>
  JSON.stringify(new URL(`../../../../src/main/engine/${name}`, import.meta.url).href);

/** Runs a script in a Node of its own, and waits until that has ended. */
function runScript(text: string) {
  const script = join(folderOf({}), 'script.mjs');
  writeFileSync(script, text);
  return startNode([script]).ended;
}

describe('reading in a thread', () => {
  it('gives what reading here gives, in shared memory, and says the same', async () => {
    const choice = choiceOf(TABLE);
    const [saidHere, saidThere]: [string[], string[]] = [[], []];
    const here = await csv.load(choice, (what) => saidHere.push(what));
    const there = await readThere(choice, (what) => saidThere.push(what));
    expect(there).toEqual(here);
    expect(there.train.features.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(saidThere).toEqual(saidHere);
    expect(saidThere[0]).toContain('column without a name');
  });

  it('fails as reading here does', async () => {
    const damaged = choiceOf('size,kind\nx,cat\n');
    const ofHere: unknown = await csv.load(damaged).catch((error: unknown) => error);
    const ofThere: unknown = await readThere(damaged).catch((error: unknown) => error);
    expect(ofThere).toBeInstanceOf(WorkbenchError);
    expect(ofThere).toMatchObject({ ...Object(ofHere) });

    const refused = choiceOf(TABLE, { decimal: 'comma', thousands: 'comma' });
    const error: unknown = await readThere(refused).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SettingsError);
    expect(error).toMatchObject({ problems: [{ path: 'dataset.thousands' }] });
  });

  it.each(['', ', heapMegabytes: 64'])(
    'fails for what can’t be sent, and its thread lets the process end%s',
    async (heap) => {
      const ended = await runScript(
        `import { readInThread } from ${source('datasets/reading-thread.ts')};
         const choice = { id: 'csv', file: () => 'a function' };
         await readInThread('load', 'csv', { choice }, { what: 'the table'${heap} })
           .catch((error) => console.log(error.name));`,
      );
      expect(ended).toMatchObject({ code: 0, stdout: 'DataCloneError\n', stderr: '' });
    },
  );

  it('is for files that are large together', async () => {
    const folder = folderOf({});
    const files = ['a', 'b'].map((name) => join(folder, name));
    for (const file of files) writeFileSync(file, new Uint8Array(2 ** 21));
    expect(await bytesToRead(files)).toBe(2 ** 22);
    expect(await bytesToRead([...files.slice(1), join(folder, 'none')])).toBeUndefined();
    // The content of packed files is larger than they are.
    const packed = ['a.csv.gz', 'b.PNG', 'c.npz'].map((name) => join(folder, name));
    for (const file of packed) writeFileSync(file, new Uint8Array(2 ** 19));
    for (const file of packed) expect(await bytesToRead([file])).toBe(2 ** 19);
  });

  it('ends at its limit of memory, with the file, its size and the limit', async () => {
    const choice = choiceOf(TABLE + '0,0.5,cat\n'.repeat(300_000));
    await expect(
      readThere(choice, undefined, { what: `${choice.file} (3 bytes)`, heapMegabytes: 12 }),
    ).rejects.toMatchObject({
      code: 'invalid-data',
      message: `${choice.file} (3 bytes): decoding takes more than 12 MiB of memory beside the examples; expected at most that`,
    });
  });
});

describe('a large dataset of a kind that has its own files', () => {
  const COUNT = 60_000;
  const imagesOf = (count: number) =>
    idxBytes(
      [count, 28, 28],
      Uint8Array.from({ length: count * 784 }, (_, index) => (index * 37) % 251),
    );
  const labelsOf = (count: number) =>
    idxBytes(
      [count],
      Uint8Array.from({ length: count }, (_, index) => index % 10),
    );
  const folder = folderOf(
    usualNames({
      trainImages: imagesOf(COUNT),
      trainLabels: labelsOf(COUNT),
      testImages: imagesOf(100),
      testLabels: labelsOf(100),
    }),
  );

  it('is read in a thread, with the same bits', async () => {
    const { fingerprint, train } = await idx.load({ id: 'idx', folder });
    // What a thread hands over without a copy.
    expect(train.features.buffer).toBeInstanceOf(SharedArrayBuffer);
    const here = await loadIdxFiles('idx', await findIdxFiles(folder, ''));
    expect(fingerprint).toBe(here.fingerprint);
  });

  it('starts a thread by the number of its features', () => {
    const summary = { shape: [28, 28, 1], classes: 10, trainExamples: COUNT, testExamples: 100 };
    expect(isLarge(summary)).toBe('60,100 examples of 28 × 28 × 1');
    expect(isLarge({ ...summary, trainExamples: 100 })).toBeUndefined();
  });

  it('may be that of a plug-in', async () => {
    const file = join(folderOf({}), 'ramp.js');
    writeFileSync(
      file,
      `import { isMainThread } from 'node:worker_threads';
       import { defineDataset, z } from 'ticket-workbench/plug-in';
       const set = (count) => ({
         count,
         features: Uint8Array.from({ length: count * 1000 }, (_, index) => index % 256),
         labels: Int32Array.from({ length: count }, (_, index) => index % 2),
       });
       export const plugIn = { datasets: [defineDataset({
         id: 'ramp', label: 'Ramp', description: 'Large', hparams: z.object({}),
         summarize: async () => ({ shape: [1000], classes: 2, trainExamples: 5000, testExamples: 10 }),
         load: async () => ({
           id: isMainThread ? 'here' : 'there', shape: [1000], classes: 2,
           train: set(5000), test: set(10), fingerprint: 'ramp',
         }),
       })] };`,
    );
    // In a Node of its own: the plug-in imports other modules than those that vitest has transformed.
    const ended = await runScript(
      `import { datasets } from ${source('datasets/index.ts')};
       import { loadPlugIns, plugInFile } from ${source('plug-ins/load.ts')};
       loadPlugIns([plugInFile(${JSON.stringify(file)})], { datasets });
       const { id, train } = await datasets.get('ramp').load({ id: 'ramp' });
       console.log(id, train.features.subarray(254, 258).join());`,
    );
    expect(ended).toMatchObject({ code: 0, stdout: 'there 254,255,0,1\n', stderr: '' });
  });
});
