/** Bundles whose writing fails: nothing is left of them, neither on the disk nor open. */
import { execFile } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { writeBundle } from '../../../../src/main/workbench/bundles/bundle-writer.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { emptyStore, saveSearch } from './samples.ts';

const MAIN = fileURLToPath(new URL('../../../../src/main/hosts/cli/main.ts', import.meta.url));

/** A store that reads so many arrays, and then no more. */
function failingAfter({ bundled }: Store, arrays: number): Store {
  let read = 0;
  const failing: Pick<Store['bundled'], 'contents' | 'training' | 'array'> = {
    contents: (id) => bundled.contents(id),
    training: (id, key) => bundled.training(id, key),
    array: (sha256) => {
      read += 1;
      if (read > arrays) throw new Error('the disk does not answer');
      return bundled.array(sha256);
    },
  };
  return { bundled: failing } as unknown as Store;
}

/** Files in a folder that this process has open. Only Linux lists them. */
function openIn(folder: string): string[] {
  if (process.platform !== 'linux') return [];
  const descriptors = readdirSync('/proc/self/fd').map((each) => {
    try {
      return readlinkSync(`/proc/self/fd/${each}`);
    } catch {
      // Listing them has opened one.
      return '';
    }
  });
  return descriptors.filter((file) => file.startsWith(folder));
}

it('a bundle that can’t be made on leaves no file, and none open, whenever that is', async () => {
  const store = emptyStore();
  const searchIds = [saveSearch(store)];
  const folder = temporaryFolder();
  const file = path.join(folder, 'sample.ticket');
  const request = { searchIds, withWeights: true, overwrite: false };
  // One that fails at once could be removed before its file is opened, and then come back.
  const noTraining = { bundled: { contents: (id: string) => store.bundled.contents(id) } };
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const failing =
      attempt % 2 === 0 ? (noTraining as unknown as Store) : failingAfter(store, attempt / 4);
    await expect(writeBundle(failing, file, request)).rejects.toThrow();
    expect([readdirSync(folder), openIn(folder)]).toEqual([[], []]);
  }
  await writeBundle(store, file, request);
  expect([readdirSync(folder), openIn(folder)]).toEqual([['sample.ticket'], []]);
});

it('a bundle whose writing is stopped in the middle leaves no file, and none open', async () => {
  const store = emptyStore();
  const folder = temporaryFolder();
  const file = path.join(folder, 'sample.ticket');
  const request = { searchIds: [saveSearch(store)], withWeights: true, overwrite: false };
  let told = 0;
  const stopHalfway = ({ fraction }: { readonly fraction: number }): void => {
    told = fraction;
    if (fraction >= 0.5) throw new WorkbenchError('interrupted', 'stopped');
  };
  await expect(writeBundle(store, file, request, stopHalfway)).rejects.toThrow('stopped');
  // Nothing was made after it.
  expect(told).toBeLessThan(0.6);
  expect([readdirSync(folder), openIn(folder)]).toEqual([[], []]);
});

it('a bundle that the disk has no room for leaves no file, and says so', async ({ skip }) => {
  if (process.platform === 'win32') skip('there are no limits on the size of files on Windows');
  const store = emptyStore();
  const id = saveSearch(store, { replicates: { count: 120, seed: 7 } });
  const folder = temporaryFolder();
  // No file above 200 blocks of 512 or 1024 bytes, as on a disk that is full.
  const limited = `trap '' XFSZ; ulimit -f 200; exec "$@"`;
  const what = ['export', id, '--what', 'bundle', '--out', path.join(folder, 'sample.ticket')];
  const command = [process.execPath, MAIN, ...what, '--data-dir', store.directory];
  const exporting = promisify(execFile)('/bin/sh', ['-c', limited, 'limited', ...command]);
  await expect(exporting).rejects.toMatchObject({
    stderr: expect.stringContaining('the disk is full, or its limits are reached'),
  });
  expect(readdirSync(folder)).toEqual([]);
});
