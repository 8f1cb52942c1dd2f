import { resolve } from 'node:path';
import { z } from 'zod';
import { defineFileDataset } from './from-files.ts';
import { heldOutSettings, pathSetting } from './hparams.ts';
import { type CsvChoice, loadCsv } from './readers/csv-table.ts';

const columns = (title: string, description: string) =>
  z.array(z.string().min(1)).max(10_000).default([]).meta({ title, description });

const hparams = z.object({
  file: pathSetting('File', 'The table, gzip or not; its first line names the columns.'),
  testFile: z
    .string()
    .overwrite((path) => (path === '' ? path : resolve(path)))
    .default('')
    .meta({
      title: 'Test file',
      description:
        'A table with the same columns. Without it, a fraction of the records is held out.',
    }),
  label: z.string().min(1).meta({
    title: 'Label column',
    description:
      'Name of the label column. Each word or whole number in it is a class, in sorted order.',
  }),
  categorical: columns(
    'Categorical columns',
    'Columns of words, which are one-hot encoded. All other columns are numbers.',
  ),
  ignore: columns('Ignored columns', 'Columns to leave out, such as a row number.'),
  separator: z
    .enum(['comma', 'semicolon', 'tab'])
    .default('comma')
    .meta({ title: 'Separator', description: 'Character between two fields.' }),
  ...heldOutSettings,
});

const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t' } as const;

const choiceOf = ({ separator, ...rest }: z.infer<typeof hparams>): CsvChoice => ({
  ...rest,
  separator: SEPARATORS[separator],
});

/** Tables as spreadsheets and pandas write them (RFC 4180). */
export const csv = defineFileDataset({
  id: 'csv',
  label: 'CSV table',
  description:
    'A table with column names in its first line, columns of numbers or words, and a label column.',
  hparams,
  find: ({ file, testFile }) =>
    Promise.resolve({ files: testFile === '' ? [file] : [file, testFile] }),
  load: (chosen) => loadCsv('csv', choiceOf(chosen)),
});
