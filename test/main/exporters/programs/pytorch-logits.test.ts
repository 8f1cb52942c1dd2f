/** What PyTorch has computed with exported networks, so that every run compares with it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureSparseEngine } from '../../../../src/main/engine/sparse/ensure.ts';
import { channelsFirst, weightsOf } from '../../../../src/shared/ticket/channels-first.ts';
import { pytorch } from '../../../../src/main/exporters/programs/pytorch.ts';
import { FIXTURES } from '../samples.ts';
import { SAMPLE_CHOICES, sampleModel } from './sample-models.ts';

interface Fixture {
  readonly models: Readonly<
    Record<
      string,
      { readonly network: string; readonly tensors: string; readonly logits: readonly number[][] }
    >
  >;
}

const { models } = JSON.parse(
  readFileSync(path.join(FIXTURES, 'torch-logits.json'), 'utf8'),
) as Fixture;
const AGAIN = 'torch-logits.json is not of this export; see torch-logits.py';

beforeAll(() => ensureSparseEngine(['strict']));

describe.each(SAMPLE_CHOICES)('%s for PyTorch', (name, choice) => {
  it('is what PyTorch has read, and gives the logits that it has computed', () => {
    const model = sampleModel(choice, 4);
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

    const logits = expected.logits.flat();
    const largest = Math.max(...logits.map(Math.abs));
    const differences = logits.map((logit, index) =>
      Math.abs(logit - model.examples.logits[index]!),
    );
    expect(Math.max(...differences) / largest).toBeLessThan(1e-5);
  });
});
