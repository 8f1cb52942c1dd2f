import { join } from 'node:path';

/** Settings for entries that read the user's files, over tiny ones made in folders of `folderOf`. */
export function tinyDatasetFiles(
  folderOf: (files: Readonly<Record<string, Uint8Array>>) => string,
): Record<string, Record<string, unknown>> {
  const rows = Array.from({ length: 20 }, (_, index) => `${index},${'ab'[index % 2]},${index % 3}`);
  const table = Buffer.from(`x,word,kind\n${rows.join('\n')}\n`);
  return {
    csv: {
      file: join(folderOf({ 'table.csv': table }), 'table.csv'),
      label: 'kind',
      categorical: ['word'],
    },
  };
}
