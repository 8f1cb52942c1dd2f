/**
 * What PyTorch and Keras have computed with exported networks. They are too large to set up for every
 * run, so each run compares the exports with those that they have run, and its logits with theirs.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureSparseEngine } from '../../../../src/main/engine/sparse/ensure.ts';
import { readTensorFile } from '../../../../src/main/engine/imports/tensor-file.ts';
import { keras } from '../../../../src/main/exporters/programs/keras.ts';
import { pytorch } from '../../../../src/main/exporters/programs/pytorch.ts';
import { largest } from '../../../../src/shared/extremes.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { FIXTURES } from '../samples.ts';
import { SAMPLE_CHOICES, sampleModel } from './sample-models.ts';

interface Fixture {
  readonly models: Readonly<Record<string, { readonly code: string; readonly tensors: string }>>;
}

const FRAMEWORKS = [
  { program: pytorch, name: 'torch-logits', code: 'model.py', weights: 'model.safetensors' },
  { program: keras, name: 'keras-logits', code: 'model_keras.py', weights: 'weights.npz' },
] as const;

const largestOf = (values: Float64Array): number => largest(values.map(Math.abs));

beforeAll(() => ensureSparseEngine(['strict']));

describe.each(FRAMEWORKS)('$name', ({ program, name, code, weights }) => {
  const fixture = path.join(FIXTURES, name);
  const { models } = JSON.parse(readFileSync(`${fixture}.json`, 'utf8')) as Fixture;
  const { tensors: computed } = readTensorFile(`${fixture}.safetensors`);
  const again = `${name}.json is not of this export; see ${name}.py`;

  it.each(SAMPLE_CHOICES)(
    'has run the exported code of %s, and computed its logits for 256 examples',
    (network, choice) => {
      const model = sampleModel(choice);
      const expected = models[network]!;
      const files = program.files(model);
      const bytesOf = (wanted: string) => files.find((file) => file.path === wanted)!.bytes;
      const codeHash = createHash('sha256').update(bytesOf(code)).digest('hex');
      expect(codeHash, again).toBe(expected.code);

      const file = path.join(temporaryFolder(), weights);
      writeFileSync(file, bytesOf(weights));
      const hash = createHash('sha256');
      const { tensors } = readTensorFile(file);
      for (const tensor of tensors.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
        expect(tensor.type).toBe('float32');
        hash.update(tensor.name).update(new Uint8Array(Float32Array.from(tensor.values()).buffer));
      }
      expect(hash.digest('hex'), again).toBe(expected.tensors);

      const { shape, values } = computed.find((each) => each.name === network)!;
      expect(shape).toEqual([256, model.graph.classes]);
      const logits = Float64Array.from(values());
      const differences = logits.map((logit, index) => logit - model.examples.logits[index]!);
      expect(largestOf(differences) / largestOf(logits)).toBeLessThan(2e-6);
    },
  );
});
