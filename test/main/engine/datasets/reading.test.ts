import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csv } from '../../../../src/main/engine/datasets/csv.ts';
import { areLarge, readInThread } from '../../../../src/main/engine/datasets/reading.ts';
import { SettingsError, WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import { temporaryFolders } from './idx-writer.ts';

const folderOf = temporaryFolders();

function choiceOf(table: string, changes: Record<string, unknown> = {}) {
  const folder = folderOf({ 'train.csv': Buffer.from(table) });
  return { id: 'csv', file: join(folder, 'train.csv'), label: 'kind', ...changes };
}

const TABLE = `,size,kind\n${Array.from({ length: 40 }, (_, row) => `${row},${row / 8},${row % 2 ? 'cat' : 'dog'}`).join('\n')}\n`;

describe('reading in a thread', () => {
  it('gives what reading here gives, in shared memory, and says the same', async () => {
    const choice = choiceOf(TABLE);
    const [saidHere, saidThere]: [string[], string[]] = [[], []];
    const here = await csv.load(choice, (what) => saidHere.push(what));
    const there = await readInThread(choice, (what) => saidThere.push(what));
    expect(there).toEqual(here);
    expect(there.train.features.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(saidThere).toEqual(saidHere);
    expect(saidThere[0]).toContain('column without a name');
  });

  it('fails as reading here does', async () => {
    const damaged = choiceOf('size,kind\nx,cat\n');
    const ofHere: unknown = await csv.load(damaged).catch((error: unknown) => error);
    const ofThere: unknown = await readInThread(damaged, () => undefined).catch(
      (error: unknown) => error,
    );
    expect(ofThere).toBeInstanceOf(WorkbenchError);
    expect(ofThere).toMatchObject({ ...Object(ofHere) });

    const refused = choiceOf(TABLE, { decimal: 'comma', thousands: 'comma' });
    const error: unknown = await readInThread(refused, () => undefined).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SettingsError);
    expect(error).toMatchObject({ problems: [{ path: 'dataset.thousands' }] });
  });

  it('is for files that are large together', async () => {
    const folder = folderOf({});
    const files = ['a', 'b'].map((name) => join(folder, name));
    for (const file of files) writeFileSync(file, new Uint8Array(2 ** 21));
    expect(await areLarge(files)).toBe(true);
    expect(await areLarge([...files.slice(1), join(folder, 'none')])).toBe(false);
  });
});
