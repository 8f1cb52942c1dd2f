import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../../src/main/engine/datasets/fingerprint.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';

describe('a fingerprint', () => {
  const { train, test } = tinyDataset({ features: 12, train: 5, test: 2 });

  it('hashes the layout that its comment describes', async () => {
    const hash = createHash('sha256');
    for (const { count, features, labels } of [train, test]) {
      for (const value of [3, 2, 6, 1, count]) {
        hash.update(Buffer.of(value & 255, value >> 8, 0, 0));
      }
      hash.update(Buffer.from(features));
      for (const label of labels) hash.update(Buffer.of(label, 0, 0, 0));
    }
    expect(await fingerprintOf([2, 6, 1], train, test)).toBe(hash.digest('hex'));
  });

  it('tells shapes, sets, features and labels apart', async () => {
    const changed = {
      ...train,
      features: train.features.map((value, at) => value ^ Number(at === 7)),
    };
    const relabelled = {
      ...train,
      labels: train.labels.map((label, at) => label ^ Number(at === 4)),
    };
    const floats = (set: typeof train) => ({ ...set, features: Float32Array.from(set.features) });
    const fingerprints = await Promise.all([
      fingerprintOf([12], train, test),
      fingerprintOf([3, 4, 1], train, test),
      fingerprintOf([4, 3, 1], train, test),
      fingerprintOf([12], test, train),
      fingerprintOf([12], changed, test),
      fingerprintOf([12], train, changed),
      fingerprintOf([12], relabelled, test),
      fingerprintOf([12], floats(train), floats(test)),
      fingerprintOf([12], floats(changed), floats(test)),
    ]);
    expect(new Set(fingerprints).size).toBe(fingerprints.length);
  });
});
