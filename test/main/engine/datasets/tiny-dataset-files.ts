import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DatasetDefinition } from '../../../../src/main/engine/datasets/dataset.ts';
import type { Choice } from '../../../../src/shared/domain/definition.ts';
import { tinyFiles, usualNames } from './idx-writer.ts';

export const FIXTURES = fileURLToPath(new URL('../../../fixtures/datasets/', import.meta.url));

/**
 * A choice of something tiny to read, for whichever entry, out of files made anew: those that stay
 * as they are would not be read again.
 *
 * @throws Error naming an entry that cannot do without settings and has none here.
 */
export function tinyDatasetChoice(
  { id, hparams }: DatasetDefinition,
  folderOf: (files: Readonly<Record<string, Uint8Array>>) => string,
): Choice {
  const choices: Readonly<Record<string, Record<string, unknown>>> = {
    idx: { folder: folderOf(usualNames(tinyFiles())) },
    'two-moons': { train: 60, test: 20 },
    spirals: { train: 60, test: 20 },
    'gaussian-blobs': { train: 60, test: 20 },
    ...tinyDatasetFiles(folderOf),
  };
  if (id in choices || hparams.safeParse({}).success) return { id, ...choices[id] };
  throw new Error(`the dataset "${id}" needs settings: give tiny ones in ${import.meta.filename}`);
}

/** Settings for entries that read the user's files, over tiny ones made in folders of `folderOf`. */
function tinyDatasetFiles(
  folderOf: (files: Readonly<Record<string, Uint8Array>>) => string,
): Record<string, Record<string, unknown>> {
  const rows = Array.from({ length: 20 }, (_, index) => `${index},${'ab'[index % 2]},${index % 3}`);
  const table = Buffer.from(`x,word,kind\n${rows.join('\n')}\n`);
  const arrays = readFileSync(join(FIXTURES, 'numpy', 'images.npz'));
  const images = folderOf({});
  cpSync(join(FIXTURES, 'folders', 'images'), images, { recursive: true });
  return {
    'image-folder': { folder: images, width: 6, height: 5, channels: 'grey' },
    npz: { file: join(folderOf({ 'images.npz': arrays }), 'images.npz') },
    csv: {
      file: join(folderOf({ 'table.csv': table }), 'table.csv'),
      label: 'kind',
      categorical: ['word'],
    },
  };
}
