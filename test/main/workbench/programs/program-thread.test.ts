import { existsSync, renameSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../../src/shared/contract/errors.ts';
import { ProgramExports } from '../../../../src/main/workbench/programs/program-exports.ts';
import { databaseFile } from '../../../../src/main/workbench/data-directory.ts';
import { emptyStore, saveSearch } from '../bundles/samples.ts';

/** Exports of a search, and the steps that are told of them. */
function exportsOfSample() {
  const store = emptyStore();
  const searchId = saveSearch(store);
  const exports = new ProgramExports(store);
  const steps: (string | undefined)[] = [];
  exports.threads.onProgress = (id, progress) => {
    expect(id).toBe(searchId);
    steps.push(progress && `${progress.program} ${progress.step}`);
  };
  const request = { searchId, program: 'tensorboard' };
  const file = databaseFile(store.directory);
  return { exports, steps, searchId, file, download: () => exports.download(request) };
}

describe('an export for another program', () => {
  it('says how far it is, and when it has ended', async () => {
    const { steps, download } = exportsOfSample();
    const { fileEnding, bytes } = await download();
    expect([fileEnding, bytes.length > 0]).toEqual(['zip', true]);
    expect(steps).toEqual(['tensorboard dataset', 'tensorboard files', undefined]);
  });

  it('makes no database where it was moved away', async () => {
    const { file, download } = exportsOfSample();
    renameSync(file, `${file}.moved`);
    await expect(download()).rejects.toThrow(`there is no file ${file}`);
    expect(existsSync(file)).toBe(false);
    renameSync(`${file}.moved`, file);
  });

  it('is one at a time for a search, and can be stopped and made again', async () => {
    const { exports, steps, searchId, download } = exportsOfSample();
    const stopped = download().catch(reportOf);
    expect(await download().catch(reportOf)).toMatchObject({ code: 'conflict' });
    exports.threads.stop(searchId);
    expect(await stopped).toMatchObject({ code: 'interrupted', message: 'the export was stopped' });
    expect(steps.at(-1)).toBeUndefined();
    await download();
    const closed = download().catch(reportOf);
    exports.threads.close();
    expect(await closed).toMatchObject({ code: 'interrupted' });
    exports.threads.stop('another');
  });
});
