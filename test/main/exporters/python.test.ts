/** Exported files in the hands of NumPy and safetensors themselves. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { writerFor } from '../../../src/main/exporters/index.ts';
import {
  maskTensors,
  type TensorFile,
  weightTensors,
} from '../../../src/main/exporters/tensors.ts';
import { writeExport } from '../../../src/main/exporters/write-file.ts';
import { temporaryFolder } from '../store/samples.ts';
import { FIXTURES, METRICS, WEIGHTS } from './samples.ts';

const PYTHON = process.env['TICKET_PYTHON'];
const REASON =
  process.env['TICKET_PYTHON_MISSING'] ??
  'TICKET_PYTHON names no Python with numpy and safetensors';

interface ReadTensors {
  readonly tensors: Record<string, { type: string; shape: readonly number[]; bytes: string }>;
  readonly metadata: Record<string, string>;
}

function readInPython(file: string): unknown {
  const reader = path.join(FIXTURES, 'read.py');
  const answer = execFileSync(PYTHON!, [reader, file], { encoding: 'utf8' });
  return (JSON.parse(answer) as Record<string, unknown>)[file];
}

function expected({ tensors, metadata }: TensorFile): ReadTensors {
  const described = tensors.map(({ name, shape, values }) => {
    const type = values instanceof Float32Array ? 'float32' : 'bool';
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');
    return [name, { type, shape: [...shape], bytes }] as const;
  });
  return { tensors: Object.fromEntries(described), metadata };
}

describe.each(['npz', 'safetensors'])('an exported %s file', (format) => {
  test('of masks is read as it was written', ({ skip }) => {
    if (PYTHON === undefined) skip(REASON);
    const file = path.join(temporaryFolder(), `masks.${format}`);
    writeExport(file, writerFor('masks', format)(WEIGHTS));
    expect(readInPython(file)).toEqual(expected(maskTensors(WEIGHTS)));
  });

  test('of weights is read as it was written', ({ skip }) => {
    if (PYTHON === undefined) skip(REASON);
    const file = path.join(temporaryFolder(), `weights.${format}`);
    writeExport(file, writerFor('weights', format)(WEIGHTS));
    expect(readInPython(file)).toEqual(expected(weightTensors(WEIGHTS)));
  });
});

test('a table of metrics is read as it was written', ({ skip }) => {
  if (PYTHON === undefined) skip(REASON);
  const file = path.join(temporaryFolder(), 'metrics.csv');
  writeExport(file, writerFor('metrics', 'csv')(METRICS));
  const rows = readInPython(file) as Record<string, string>[];
  expect(rows.map((row) => row['branch'])).toEqual(['ticket', 'ticket', 'ticket', 'random-reinit']);
  expect(rows.map((row) => row['validation_loss_nats'])).toEqual([
    '0x1.26bb1bbb55516p+1',
    '0x1.ad7f29abcaf48p-24',
    '0x0.0000000000001p-1022',
    '0x1.0000000000000p-2',
  ]);
});

test('the committed fixtures are what these packages write', ({ skip }) => {
  if (PYTHON === undefined) skip(REASON);
  const folder = temporaryFolder();
  execFileSync(PYTHON!, [path.join(FIXTURES, 'generate.py')], { cwd: folder });
  const files = (file: string) =>
    (JSON.parse(readFileSync(file, 'utf8')) as { files: unknown }).files;
  expect(files(path.join(folder, 'reference.json'))).toEqual(
    files(path.join(FIXTURES, 'reference.json')),
  );
});
