import { expect, it } from 'vitest';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import { mergeBundle } from '../../../../src/main/workbench/bundles/merge-bundle.ts';
import { rewritten } from './crafted.ts';
import { bundleOf, emptyStore, saveSearch } from './samples.ts';

it('reading what a bundle holds can be stopped before anything of it is read', async () => {
  const from = emptyStore();
  const file = rewritten(await bundleOf(from, [saveSearch(from)]), (files) => {
    delete files['bundle.json'];
  });
  const onProgress = (): void => {
    throw new WorkbenchError('interrupted', 'stopped');
  };
  await expect(mergeBundle(emptyStore(), file, { onProgress })).rejects.toThrow('stopped');
  await expect(mergeBundle(emptyStore(), file)).rejects.toThrow('it has no file bundle.json');
});
