/**
 * Exported networks in the hands of PyTorch itself, where a Python has it: it is too large to set up for
 * tests. What it computed for some of them is committed (pytorch-logits.test.ts).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { ensureSparseEngine } from '../../../../src/main/engine/sparse/ensure.ts';
import { pytorch } from '../../../../src/main/exporters/programs/pytorch.ts';
import { writeFolder } from '../../../../src/main/exporters/write-folder.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { FIXTURES } from '../samples.ts';
import { SAMPLE_CHOICES, sampleModel } from './sample-models.ts';

const PYTHON = process.env['TICKET_TORCH_PYTHON'] ?? 'python3';
const HAS_TORCH = spawnSync(PYTHON, ['-c', 'import torch, safetensors']).status === 0;
const REASON = `${PYTHON} has no torch and safetensors; TICKET_TORCH_PYTHON can name a Python that has`;

beforeAll(() => ensureSparseEngine(['strict']));

it('every architecture gives the same accuracy and logits, with zeros and with masks', ({
  skip,
}) => {
  if (!HAS_TORCH) skip(REASON);
  const parent = temporaryFolder();
  for (const [name, choice] of SAMPLE_CHOICES) {
    writeFolder(path.join(parent, name), pytorch.files(sampleModel(choice)));
  }
  const script = path.join(FIXTURES, 'run-models.py');
  const folders = SAMPLE_CHOICES.map(([name]) => name);
  const printed = execFileSync(PYTHON, [script, ...folders], { cwd: parent, encoding: 'utf8' });
  console.log(printed);
  // Each prints the accuracy twice, and fails if the logits differ.
  const accuracies = [
    ...printed.matchAll(/accuracy (\S+) on 256 test examples \(workbench: (\S+)\)/g),
  ];
  expect(accuracies).toHaveLength(2 * folders.length);
  for (const [, there, here] of accuracies) expect(there).toBe(here);
});
