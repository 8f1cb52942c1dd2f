/**
 * Exported networks in the hands of PyTorch itself, where a Python has it: it is too large to set up for
 * tests. What it computed is committed (computed-logits.test.ts).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { allocateFloatExamples } from '../../../../src/main/engine/datasets/memory.ts';
import { productOf } from '../../../../src/main/engine/layers/spec.ts';
import { normalizations } from '../../../../src/main/engine/normalizations/index.ts';
import { ensureSparseEngine } from '../../../../src/main/engine/sparse/ensure.ts';
import { keras } from '../../../../src/main/exporters/programs/keras.ts';
import { pytorch } from '../../../../src/main/exporters/programs/pytorch.ts';
import { safetensorsBytes } from '../../../../src/main/exporters/safetensors.ts';
import { writeFolder } from '../../../../src/main/exporters/write-folder.ts';
import { normalizedInputs } from '../../../../src/main/workbench/programs/example-inputs.ts';
import { countKept } from '../../../../src/shared/domain/mask.ts';
import { everyIndex } from '../../../../src/shared/indices.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { channelsFirstInputs } from '../../../../src/shared/ticket/channels-first.ts';
import { missingPrograms, ON_TORCH, TORCH_PYTHON } from '../../../support/torch-python.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { FIXTURES } from '../samples.ts';
import { SAMPLE_CHOICES, sampleModel } from './sample-models.ts';

const NO_TORCH = missingPrograms('torch', 'safetensors');
const NO_KERAS = missingPrograms('torch', 'keras');

beforeAll(() => ensureSparseEngine(['strict']));

function python(script: string, cwd: string, ...args: readonly string[]): string {
  return execFileSync(TORCH_PYTHON, [path.join(FIXTURES, script), ...args], {
    cwd,
    encoding: 'utf8',
    env: ON_TORCH,
  });
}

/** A folder of exports, one for every architecture. */
function exportsFor(program: typeof pytorch, count?: number): string {
  const parent = temporaryFolder();
  for (const [name, choice] of SAMPLE_CHOICES) {
    writeFolder(path.join(parent, name), program.files(sampleModel(choice, count)));
  }
  return parent;
}

const NAMES = SAMPLE_CHOICES.map(([name]) => name);

/** The accuracies there and here, for each model that was run. */
function accuracies(printed: string): string[][] {
  const found = printed.matchAll(/accuracy (\S+) on 256 test examples \(workbench: (\S+)\)/g);
  return [...found].map(([, there = '', here = '']) => [there, here]);
}

function largestDifference(printed: string): number {
  const found = printed.matchAll(/largest difference of logits (\S+) of the largest logit/g);
  return Math.max(...[...found].map(([, difference]) => Number(difference)));
}

it('PyTorch has the accuracy and logits of every architecture, with zeros and with masks', ({
  skip,
}) => {
  if (NO_TORCH !== undefined) skip(NO_TORCH);
  const printed = python('run-models.py', exportsFor(pytorch), ...NAMES);
  const pairs = accuracies(printed);
  expect(pairs).toHaveLength(2 * NAMES.length);
  for (const [there, here] of pairs) expect(there).toBe(here);
  expect(largestDifference(printed)).toBeLessThan(2e-6);
});

it('torch.nn.utils.prune knows what is pruned, keeps it at 0 in training, and can be removed', ({
  skip,
}) => {
  if (NO_TORCH !== undefined) skip(NO_TORCH);
  const printed = python('prune-models.py', exportsFor(pytorch, 8), ...NAMES);
  const answers = JSON.parse(printed) as Record<string, unknown>;
  for (const [name, choice] of SAMPLE_CHOICES) {
    expect(answers[name], name).toEqual({
      plain: false,
      pruned: true,
      ticket: true,
      kept: countKept(sampleModel(choice, 8).mask),
      zeros_stay: true,
      removed_equal: true,
    });
  }
});

it('has no difference where all logits are 0', ({ skip }) => {
  if (NO_TORCH !== undefined) skip(NO_TORCH);
  const model = sampleModel({ id: 'lenet-300-100', width: 0.06 }, 4);
  model.finalWeights.fill(0);
  model.examples.logits.fill(0);
  const parent = temporaryFolder();
  writeFolder(path.join(parent, 'zeros'), pytorch.files(model));
  const printed = python('run-models.py', parent, 'zeros');
  expect(printed.match(/largest difference of logits 0\.0e\+00/g)).toHaveLength(2);
});

const KINDS = [
  ['pixels', 'lenet-5', (value: number) => Math.floor(256 * value)],
  ['floats-of-images', 'lenet-5', (value: number) => 300 * value - 20],
  ['floats', 'lenet-300-100', (value: number) => 3 * value],
] as const;

it('normalize() of model.py makes the inputs of raw features, in every normalisation', ({
  skip,
}) => {
  if (NO_TORCH !== undefined) skip(NO_TORCH);
  const parent = temporaryFolder();
  const names: string[] = [];
  for (const [kind, architecture, from] of KINDS) {
    for (const { id, fit } of normalizations.entries) {
      const name = `${kind}-${id}`;
      const model = sampleModel({ id: architecture, width: 0.1 }, 16);
      const shape = model.graph.inputShape;
      const size = productOf(shape);
      const random = rng(name);
      const values = Array.from({ length: 16 * size }, () => from(random.uniform()));
      const features = kind === 'pixels' ? Uint8Array.from(values) : Float32Array.from(values);
      const indices = everyIndex(16);
      const normalization = fit({ features, size, channels: shape.at(-1)!, indices });
      const set = { ...allocateFloatExamples('raw', 16, shape), features };
      const inputs = normalizedInputs(set, indices, shape, normalization);
      const files = pytorch.files({
        ...model,
        normalization,
        arePixels: kind === 'pixels',
        examples: { ...model.examples, inputs },
      });
      const raw = channelsFirstInputs(Float32Array.from(features), 16, shape);
      const tensors = [{ name: 'features', ...raw }];
      const rawFile = {
        path: 'raw.safetensors',
        bytes: safetensorsBytes({ tensors, metadata: {} }),
      };
      writeFolder(path.join(parent, name), [...files, rawFile]);
      names.push(name);
    }
  }
  const printed = python('normalize-features.py', parent, ...names);
  const differences = JSON.parse(printed) as Record<string, number>;
  for (const name of names) {
    // As stored, images have values up to 300; the others are about 1.
    expect(differences[name], name).toBeLessThan(2e-6);
  }
});

describe('a stranger', () => {
  const run = (folder: string) =>
    spawnSync(TORCH_PYTHON, [path.join(folder, 'model.py')], { cwd: '/', encoding: 'utf8' });

  it('runs model.py from anywhere, and hears which file is missing', ({ skip }) => {
    if (NO_TORCH !== undefined) skip(NO_TORCH);
    const folder = path.join(temporaryFolder(), 'with spaces and ü');
    mkdirSync(folder);
    writeFolder(folder, pytorch.files(sampleModel({ id: 'lenet-5', width: 0.5 })));
    const { status, stdout } = run(folder);
    expect([status, accuracies(stdout)]).toEqual([0, [expect.anything(), expect.anything()]]);
    rmSync(path.join(folder, 'pruned.safetensors'));
    const missing = run(folder);
    expect(missing.status).toBe(1);
    expect(missing.stderr).toMatch(
      /^\S.*pruned\.safetensors is missing; model\.py needs the whole/,
    );
  });

  it('hears that weights are not those of the logits', ({ skip }) => {
    if (NO_TORCH !== undefined) skip(NO_TORCH);
    const folder = path.join(temporaryFolder(), 'changed');
    const model = sampleModel({ id: 'lenet-5', width: 0.5 });
    writeFolder(folder, pytorch.files(model));
    const other = pytorch.files({
      ...model,
      finalWeights: model.finalWeights.map((each) => -each),
    });
    const { bytes } = other.find((file) => file.path === 'model.safetensors')!;
    writeFileSync(path.join(folder, 'model.safetensors'), bytes);
    const { status, stderr } = run(folder);
    expect([status, stderr.trim()]).toEqual([
      1,
      'The logits differ by more than float32 rounding.',
    ]);
  });
});

it('Keras has the accuracy and logits of every architecture, and saves its own file', ({
  skip,
}) => {
  if (NO_KERAS !== undefined) skip(NO_KERAS);
  const printed = python('run-models.py', exportsFor(keras), ...NAMES);
  const pairs = accuracies(printed);
  expect(pairs).toHaveLength(NAMES.length);
  for (const [there, here] of pairs) expect(there).toBe(here);
  expect(largestDifference(printed)).toBeLessThan(2e-6);
  expect(printed.match(/Saved model.keras/g)).toHaveLength(NAMES.length);
});
