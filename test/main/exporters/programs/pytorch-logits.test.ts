/** What PyTorch has computed with exported networks, so that every run compares with it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureSparseEngine } from '../../../../src/main/engine/sparse/ensure.ts';
import { readTensorFile } from '../../../../src/main/engine/imports/tensor-file.ts';
import { largest } from '../../../../src/shared/extremes.ts';
import { channelsFirst, weightsOf } from '../../../../src/shared/ticket/channels-first.ts';
import { pytorch } from '../../../../src/main/exporters/programs/pytorch.ts';
import { FIXTURES } from '../samples.ts';
import { SAMPLE_CHOICES, sampleModel } from './sample-models.ts';

interface Fixture {
  readonly models: Readonly<Record<string, { readonly network: string; readonly tensors: string }>>;
}

const { models } = JSON.parse(
  readFileSync(path.join(FIXTURES, 'torch-logits.json'), 'utf8'),
) as Fixture;
const { tensors: computed } = readTensorFile(path.join(FIXTURES, 'torch-logits.safetensors'));
const AGAIN = 'torch-logits.json is not of this export; see torch-logits.py';

const largestOf = (values: Float64Array): number => largest(values.map(Math.abs));

beforeAll(() => ensureSparseEngine(['strict']));

describe.each(SAMPLE_CHOICES)('%s for PyTorch', (name, choice) => {
  it('is what PyTorch has read, and gives the logits that it has computed for 256 examples', () => {
    const model = sampleModel(choice);
    const expected = models[name]!;
    const code = new TextDecoder().decode(
      pytorch.files(model).find((file) => file.path === 'model.py')!.bytes,
    );
    const network = /class Network.*?\n\n\n/s.exec(code)![0];
    expect(createHash('sha256').update(network).digest('hex'), AGAIN).toBe(expected.network);

    const hash = createHash('sha256');
    const { tensors } = channelsFirst(model.graph, model.layout);
    for (const tensor of tensors.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
      const { buffer, byteOffset, byteLength } = weightsOf(tensor, model.finalWeights);
      hash.update(tensor.name).update(new Uint8Array(buffer, byteOffset, byteLength));
    }
    expect(hash.digest('hex'), AGAIN).toBe(expected.tensors);

    const { shape, values } = computed.find((each) => each.name === name)!;
    expect(shape).toEqual([256, model.graph.classes]);
    const logits = Float64Array.from(values());
    const differences = logits.map((logit, index) => logit - model.examples.logits[index]!);
    expect(largestOf(differences) / largestOf(logits)).toBeLessThan(2e-6);
  });
});
