import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const FIXTURES = fileURLToPath(new URL('../../../fixtures/datasets/', import.meta.url));

/** Settings for entries that read the user's files, over tiny ones made in folders of `folderOf`. */
export function tinyDatasetFiles(
  folderOf: (files: Readonly<Record<string, Uint8Array>>) => string,
): Record<string, Record<string, unknown>> {
  const rows = Array.from({ length: 20 }, (_, index) => `${index},${'ab'[index % 2]},${index % 3}`);
  const table = Buffer.from(`x,word,kind\n${rows.join('\n')}\n`);
  const arrays = readFileSync(join(FIXTURES, 'numpy', 'images.npz'));
  const images = folderOf({});
  cpSync(join(FIXTURES, 'folders', 'images'), images, { recursive: true });
  return {
    'image-folder': { folder: images, width: 6, height: 5, channels: 'grey' },
    npz: { path: join(folderOf({ 'images.npz': arrays }), 'images.npz') },
    csv: {
      file: join(folderOf({ 'table.csv': table }), 'table.csv'),
      label: 'kind',
      categorical: ['word'],
    },
  };
}
