/** Exports for other programs in the hands of those programs, where they are small enough to set up for tests. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureSparseEngine } from '../../../../src/main/engine/sparse/ensure.ts';
import { csr } from '../../../../src/main/exporters/programs/csr.ts';
import { onnx } from '../../../../src/main/exporters/programs/onnx.ts';
import { pytorch } from '../../../../src/main/exporters/programs/pytorch.ts';
import { writeFolder } from '../../../../src/main/exporters/write-folder.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { FIXTURES } from '../samples.ts';
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
