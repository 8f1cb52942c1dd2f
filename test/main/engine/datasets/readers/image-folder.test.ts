import type { Dirent } from 'node:fs';
import { basename } from 'node:path';
import { expect, it, vi } from 'vitest';
import { findImages } from '../../../../../src/main/engine/datasets/readers/image-folder.ts';

const IMAGES = 200_000;

const entry = (name: string, isFolder: boolean): Pick<Dirent, 'name' | keyof typeof KINDS> => ({
  name,
  isSymbolicLink: KINDS.isSymbolicLink,
  isDirectory: () => isFolder,
});

const KINDS = { isSymbolicLink: () => false, isDirectory: () => false };

vi.mock('../../../../../src/main/engine/datasets/readers/folder.ts', () => ({
  readFolder: async (folder: string) =>
    basename(folder) === 'zoo'
      ? [entry('cats', true)]
      : Array.from({ length: IMAGES }, (_, index) => entry(`${index}.png`, false)),
}));

it('finds more images of one class than a call takes as arguments', async () => {
  const { train, files } = await findImages('/zoo', {
    hasOwnValidation: false,
    hasOtherFormats: false,
  });
  expect(train).toHaveLength(IMAGES);
  expect(files).toHaveLength(IMAGES);
  expect(train[1]).toEqual({ path: '/zoo/cats/1.png', label: 0 });
});
