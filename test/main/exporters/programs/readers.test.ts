/** Exports for other programs in the hands of those programs, where they are small enough to set up for tests. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureSparseEngine } from '../../../../src/main/engine/sparse/ensure.ts';
import { csr } from '../../../../src/main/exporters/programs/csr.ts';
import { onnx } from '../../../../src/main/exporters/programs/onnx.ts';
import { parquet } from '../../../../src/main/exporters/programs/parquet.ts';
import { pytorch } from '../../../../src/main/exporters/programs/pytorch.ts';
import { tensorboard } from '../../../../src/main/exporters/programs/tensorboard.ts';
import { writeFolder } from '../../../../src/main/exporters/write-folder.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { FIXTURES, METRICS } from '../samples.ts';
import { SAMPLE_CHOICES, sampleModel } from './sample-models.ts';

const PYTHON = process.env['TICKET_PYTHON'];
const REASON =
  process.env['TICKET_PYTHON_MISSING'] ?? 'TICKET_PYTHON names no Python with the readers';

/** What the program makes of each of these paths, which are in `cwd`. */
function read<Answer>(kind: string, cwd: string, paths: readonly string[]): Record<string, Answer> {
  const script = path.join(FIXTURES, 'read-programs.py');
  const answer = execFileSync(PYTHON!, [script, kind, ...paths], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(answer) as Record<string, Answer>;
}

beforeAll(() => ensureSparseEngine(['strict']));

describe('ONNX Runtime', () => {
  it('computes the logits of every architecture', ({ skip }) => {
    if (PYTHON === undefined) skip(REASON);
    const folder = temporaryFolder();
    for (const [name, choice] of SAMPLE_CHOICES) {
      const model = sampleModel(choice);
      const examples = pytorch.files(model).filter((file) => file.path === 'examples.safetensors');
      writeFolder(path.join(folder, name), [...examples, ...onnx.files(model)]);
    }
    const names = SAMPLE_CHOICES.map(([name]) => name);
    const answers = read<{ shape: number[]; difference: number }>('onnx', folder, names);
    for (const name of names) {
      expect(answers[name]!.shape).toEqual([256, 5]);
      expect(answers[name]!.difference, name).toBeLessThan(1e-5);
    }
  });
});

describe('SciPy', () => {
  it('loads a matrix with an entry for every kept weight', ({ skip }) => {
    if (PYTHON === undefined) skip(REASON);
    const folder = temporaryFolder();
    const model = sampleModel({ id: 'lenet-5', width: 0.5 }, 4);
    // A kept weight that is zero stays an entry.
    const { maskOffset, offset } = model.layout.prunable[0]!;
    const kept = model.mask.indexOf(1, maskOffset);
    model.finalWeights[offset + kept - maskOffset] = 0;
    writeFolder(path.join(folder, 'csr'), csr.files(model));
    const { csr: matrices } = read<
      Record<string, { kind: string; entries: number; canonical: boolean; rows: number[][] }>
    >('csr', folder, ['csr']);

    for (const { layer, size, maskOffset: start } of model.layout.prunable) {
      const mask = model.mask.subarray(start, start + size);
      const entries = mask.reduce((sum, each) => sum + each, 0);
      expect(matrices![`trained/${layer}`]).toMatchObject({
        kind: 'csr_array',
        entries,
        canonical: true,
      });
      expect(matrices![`ticket/${layer}`]!.entries).toBe(entries);
    }
    const output = model.layout.parameters.find(({ name }) => name === 'output.kernel')!;
    const [inputs = 0, outputs = 0] = output.shape;
    const { rows } = matrices!['trained/output']!;
    expect(rows).toHaveLength(outputs);
    rows.forEach((row, to) => {
      expect(row).toHaveLength(inputs);
      row.forEach((value, from) => {
        expect(value).toBe(model.finalWeights[output.offset + from * outputs + to]);
      });
    });
  });
});

describe('PyArrow', () => {
  it('reads a row for every evaluation, with nulls where the test set was not evaluated', ({
    skip,
  }) => {
    if (PYTHON === undefined) skip(REASON);
    const folder = temporaryFolder();
    const [first, ...others] = METRICS.trainings;
    const [start, ...later] = first!.evaluations;
    const untested = { ...start!, testLoss: undefined, testAccuracy: undefined };
    const trainings = [{ ...first!, evaluations: [untested, ...later] }, ...others];
    writeFolder(folder, parquet.files({ ...METRICS, trainings }));
    const { 'metrics.parquet': table } = read<{
      types: Record<string, string>;
      columns: Record<string, unknown[]>;
      name: string;
    }>('parquet', folder, ['metrics.parquet']);

    expect(table!.name).toBe(METRICS.search.name);
    expect(table!.types).toMatchObject({
      replicate: 'int32',
      branch: 'string',
      validation_loss_nats: 'double',
      test_accuracy_fraction: 'double',
    });
    expect(table!.columns).toMatchObject({
      replicate: [1, 1, 1, 2],
      level: [0, 0, 0, 1],
      branch: ['ticket', 'ticket', 'ticket', 'random-reinit'],
      iteration: [0, 100, 200, 200],
      validation_loss_nats: [2.302585092994046, 1e-7, 5e-324, 0.25],
      test_accuracy_fraction: [null, 1, 0, 0.75],
    });
  });
});

describe('TensorBoard', () => {
  it('reads curves by iteration, results by level, and the settings', ({ skip }) => {
    if (PYTHON === undefined) skip(REASON);
    const folder = temporaryFolder();
    // Scalars are float32, to which the sample's largest loss is infinite.
    const trainings = METRICS.trainings.map((training) => ({
      ...training,
      evaluations: training.evaluations.map((each) => ({ ...each, testLoss: 0.5 })),
    }));
    writeFolder(path.join(folder, 'logs'), tensorboard.files({ ...METRICS, trainings }));
    const { logs } = read<
      Record<
        string,
        {
          scalars: Record<string, [step: number, value: number, time: number][]>;
          hparams: Record<string, string | number>;
        }
      >
    >('tensorboard', folder, ['logs']);

    expect(Object.keys(logs!)).toEqual([
      'levels/replicate-1/ticket',
      'levels/replicate-2/random-reinit',
      'replicate-1/level-00/ticket',
      'replicate-2/level-01/random-reinit',
    ]);
    const { logs: columns } = read<{ hparams: string[]; metrics: string[] }>('hparams', folder, [
      'logs',
    ]);
    expect(columns!.hparams).toEqual(
      expect.arrayContaining(['density', 'level', 'branch', 'architecture.id']),
    );
    expect(columns!.metrics).toContain('summary/test_accuracy');
    const { scalars, hparams } = logs!['replicate-1/level-00/ticket']!;
    const curve = scalars['training/validation_accuracy']!;
    expect(curve.map(([step, value]) => [step, value])).toEqual([
      [0, Math.fround(0.1)],
      [100, Math.fround(0.3)],
      [200, Math.fround(1 / 3)],
    ]);
    const end = METRICS.trainings[0]!.finishedAt / 1000;
    expect(curve.at(-1)![2]).toBeCloseTo(end, 2);
    expect(hparams).toMatchObject({
      replicate: 1,
      level: 0,
      branch: 'ticket',
      'architecture.id': METRICS.search.settings.architecture.id,
    });
    const byLevel = logs!['levels/replicate-2/random-reinit']!.scalars['levels/test_accuracy']!;
    expect(byLevel.map(([step, value]) => [step, value])).toEqual([[1, 0.75]]);
  });
});
