/**
 * Exported networks in the hands of PyTorch itself, where a Python has it: it is too large to set up for
 * tests. What it computed for some of them is committed (pytorch-logits.test.ts).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { ensureSparseEngine } from '../../../../src/main/engine/sparse/ensure.ts';
import { keras } from '../../../../src/main/exporters/programs/keras.ts';
import { pytorch } from '../../../../src/main/exporters/programs/pytorch.ts';
import { writeFolder } from '../../../../src/main/exporters/write-folder.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { FIXTURES } from '../samples.ts';
import { SAMPLE_CHOICES, sampleModel } from './sample-models.ts';

const PYTHON = process.env['TICKET_TORCH_PYTHON'] ?? 'python3';
const ON_TORCH = { ...process.env, KERAS_BACKEND: 'torch' };
const HAS_TORCH = spawnSync(PYTHON, ['-c', 'import torch, safetensors']).status === 0;
const HAS_KERAS =
  HAS_TORCH && spawnSync(PYTHON, ['-c', 'import keras'], { env: ON_TORCH }).status === 0;
const REASON = `${PYTHON} has no torch and safetensors; TICKET_TORCH_PYTHON can name a Python that has`;

beforeAll(() => ensureSparseEngine(['strict']));

/** What model.py or model_keras.py prints for every architecture. They fail if the logits differ. */
function printedFor(program: typeof pytorch, env: NodeJS.ProcessEnv): string {
  const parent = temporaryFolder();
  for (const [name, choice] of SAMPLE_CHOICES) {
    writeFolder(path.join(parent, name), program.files(sampleModel(choice)));
  }
  const script = path.join(FIXTURES, 'run-models.py');
  const folders = SAMPLE_CHOICES.map(([name]) => name);
  return execFileSync(PYTHON, [script, ...folders], { cwd: parent, encoding: 'utf8', env });
}

/** The accuracies there and here, for each model that was run. */
function accuracies(printed: string): string[][] {
  const found = printed.matchAll(/accuracy (\S+) on 256 test examples \(workbench: (\S+)\)/g);
  return [...found].map(([, there = '', here = '']) => [there, here]);
}

it('PyTorch has the accuracy and logits of every architecture, with zeros and with masks', ({
  skip,
}) => {
  if (!HAS_TORCH) skip(REASON);
  const pairs = accuracies(printedFor(pytorch, process.env));
  expect(pairs).toHaveLength(2 * SAMPLE_CHOICES.length);
  for (const [there, here] of pairs) expect(there).toBe(here);
});

it('has no difference where all logits are 0', ({ skip }) => {
  if (!HAS_TORCH) skip(REASON);
  const model = sampleModel({ id: 'lenet-300-100', width: 0.06 }, 4);
  model.finalWeights.fill(0);
  model.examples.logits.fill(0);
  const parent = temporaryFolder();
  writeFolder(path.join(parent, 'zeros'), pytorch.files(model));
  const script = path.join(FIXTURES, 'run-models.py');
  const printed = execFileSync(PYTHON, [script, 'zeros'], { cwd: parent, encoding: 'utf8' });
  expect(printed.match(/largest difference of logits 0\.0e\+00/g)).toHaveLength(2);
});

it('Keras has the accuracy and logits of every architecture, and saves its own file', ({
  skip,
}) => {
  if (!HAS_KERAS) skip(`${PYTHON} has no keras with torch; TICKET_TORCH_PYTHON can name one`);
  const printed = printedFor(keras, ON_TORCH);
  const pairs = accuracies(printed);
  expect(pairs).toHaveLength(SAMPLE_CHOICES.length);
  for (const [there, here] of pairs) expect(there).toBe(here);
  expect(printed.match(/Saved model.keras/g)).toHaveLength(SAMPLE_CHOICES.length);
});
