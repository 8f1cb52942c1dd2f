import { z } from 'zod';
import { defineFileDataset } from './from-files.ts';
import { heldOutSettings, optionalPathSetting, pathSetting, quietDefault } from './hparams.ts';
import type { CsvChoice } from './readers/csv-choice.ts';
import { SEPARATORS } from './readers/csv-names.ts';
import { THOUSANDS } from './readers/csv-numbers.ts';
import { loadCsv } from './readers/csv-table.ts';
import { absolutePath } from './user-path.ts';

/** Stored settings leave these out. */
const DEFAULTS = {
  header: 'yes',
  decimal: 'point',
  thousands: 'none',
  trim: false,
  comment: '',
} as const;

const columns = (title: string, description: string) =>
  z.array(z.string()).max(10_000).default([]).meta({ title, description });

const hparams = z.object({
  file: pathSetting('File', 'The table, gzip or not.'),
  testFile: z
    .string()
    .overwrite((path) => (path === '' ? path : absolutePath(path)))
    .default('')
    .meta({
      title: 'Test file',
      description:
        'A table with the same columns. Without it, a fraction of the records is held out.',
    }),
  validationFile: optionalPathSetting(
    'Validation file',
    'A table with the same columns, for validation. Without it, validation examples are drawn from the training set.',
  ),
  label: z.string().min(1).meta({
    title: 'Label column',
    description:
      'Name of the label column. Each word or whole number in it is a class, in sorted order.',
  }),
  bins: z.int().min(2).max(1000).optional().meta({
    title: 'Bins of the label',
    description:
      'Makes this many classes of a label that is a quantity, with equally many training records each.',
  }),
  categorical: columns(
    'Categorical columns',
    'Columns of words, which are one-hot encoded. All other columns are numbers.',
  ),
  ignore: columns(
    'Ignored columns',
    'Columns to leave out, such as a row number. "" is a column without a name.',
  ),
  separator: z
    .enum(['comma', 'semicolon', 'tab', 'pipe'])
    .default('comma')
    .meta({ title: 'Separator', description: 'Character between two fields.' }),
  header: quietDefault(z.enum(['yes', 'no']), DEFAULTS.header).meta({
    title: 'Line with names',
    description:
      'Whether the first line names the columns. Without names they are called 1, 2, 3 and so on.',
  }),
  decimal: quietDefault(z.enum(['point', 'comma']), DEFAULTS.decimal).meta({
    title: 'Decimal sign',
    description: 'A point, as in 1.5, or a comma, as in 1,5.',
  }),
  thousands: quietDefault(z.enum(THOUSANDS), DEFAULTS.thousands).meta({
    title: 'Thousands sign',
    description: 'Sign between groups of three digits, as the comma in 1,234,567.',
  }),
  trim: quietDefault(z.boolean(), DEFAULTS.trim).meta({
    title: 'Trim fields',
    description: 'Removes spaces and tabs around fields, but not within quotes.',
  }),
  comment: quietDefault(z.string().max(1), DEFAULTS.comment).meta({
    title: 'Comment sign',
    description: 'Lines that begin with this character are passed over, such as #.',
  }),
  ...heldOutSettings,
});

const choiceOf = ({ separator, header, ...rest }: z.infer<typeof hparams>): CsvChoice => ({
  ...rest,
  hasHeader: (header ?? DEFAULTS.header) === 'yes',
  decimal: rest.decimal ?? DEFAULTS.decimal,
  thousands: rest.thousands ?? DEFAULTS.thousands,
  trim: rest.trim ?? DEFAULTS.trim,
  comment: rest.comment ?? DEFAULTS.comment,
  separator: SEPARATORS[separator],
});

/** Tables as spreadsheets and pandas write them (RFC 4180). */
export const csv = defineFileDataset({
  id: 'csv',
  label: 'CSV table',
  description: 'A table with columns of numbers or words, and a label column.',
  hparams,
  find: ({ file, testFile, validationFile = '' }) =>
    Promise.resolve({ files: [file, testFile, validationFile].filter((path) => path !== '') }),
  load: (chosen, _found, onReading) => loadCsv('csv', choiceOf(chosen), onReading),
});
