import { describe, expect, it } from 'vitest';
import { datasets } from '../../../../src/main/engine/datasets/index.ts';

const load = (id: string, settings: Record<string, unknown>) =>
  datasets.get(id).load({ id, ...settings });

/** Coordinates of the examples of one class, in the order of the first axis. */
async function points(id: string, settings: Record<string, unknown>, label: number) {
  const { train } = await load(id, settings);
  const dimensions = train.features.length / train.count;
  return Array.from({ length: train.count }, (_, example) => [
    ...train.features.subarray(example * dimensions, (example + 1) * dimensions),
  ]).filter((_, example) => train.labels[example] === label);
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}

describe('two-moons', () => {
  it('without noise has the points of make_moons(n_samples=10)', async () => {
    const t = Array.from({ length: 5 }, (_, index) => (Math.PI * index) / 4);
    const sorted = (all: number[][]) => all.toSorted((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
    const float = (all: number[][]) => sorted(all.map((point) => point.map(Math.fround)));
    const settings = { train: 10, noise: 0 };
    expect(sorted(await points('two-moons', settings, 0))).toEqual(
      float(t.map((angle) => [Math.cos(angle), Math.sin(angle)])),
    );
    expect(sorted(await points('two-moons', settings, 1))).toEqual(
      float(t.map((angle) => [1 - Math.cos(angle), 1 - Math.sin(angle) - 0.5])),
    );
  });

  it('has noise of the deviation that was asked for', async () => {
    const clean = await load('two-moons', { train: 20_000, noise: 0, seed: 3 });
    const noisy = await load('two-moons', { train: 20_000, noise: 0.2, seed: 3 });
    const noise = [...noisy.train.features].map((x, index) => x - clean.train.features[index]!);
    expect(mean(noise)).toBeCloseTo(0, 2);
    expect(deviation(noise)).toBeCloseTo(0.2, 2);
  });
});

describe('spirals', () => {
  it('lie on their arms', async () => {
    const settings = { train: 9, classes: 3, turns: 1, noise: 0 };
    const [start, middle, end] = (await points('spirals', settings, 1)).toSorted(
      (one, other) => Math.hypot(...one) - Math.hypot(...other),
    );
    expect(Math.hypot(...start!)).toBe(0);
    const angle = 2 * Math.PI * (1 / 2 + 1 / 3);
    expect(middle![0]).toBeCloseTo(0.5 * Math.cos(angle), 6);
    expect(middle![1]).toBeCloseTo(0.5 * Math.sin(angle), 6);
    expect(Math.hypot(...end!)).toBeCloseTo(1, 6);
  });
});

describe('gaussian-blobs', () => {
  it('are normal around centres that both sets share, as make_blobs', async () => {
    const settings = { train: 30_000, test: 30_000, classes: 2, dimensions: 3, noise: 1.5 };
    const { train, test } = await load('gaussian-blobs', settings);
    for (let label = 0; label < 2; label += 1) {
      for (let axis = 0; axis < 3; axis += 1) {
        const [ofTrain, ofTest] = [train, test].map(({ features, labels }) =>
          [...labels].flatMap((own, index) => (own === label ? [features[index * 3 + axis]!] : [])),
        );
        expect(Math.abs(mean(ofTrain!))).toBeLessThan(10.1);
        expect(mean(ofTrain!)).toBeCloseTo(mean(ofTest!), 1);
        expect(deviation(ofTrain!)).toBeCloseTo(1.5, 1);
      }
    }
    expect(train.features.subarray(0, 30)).not.toEqual(test.features.subarray(0, 30));
  });
});

describe.each(['two-moons', 'spirals', 'gaussian-blobs'])('%s', (id) => {
  it('has as many examples of each class, in mixed order, by its seed', async () => {
    const { train, classes, fingerprint } = await load(id, { train: 1001 });
    const counts = Array.from({ length: classes }, () => 0);
    for (const label of train.labels) counts[label]! += 1;
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    expect(new Set(train.labels.slice(0, 30)).size).toBe(classes);
    expect((await load(id, { train: 1001, seed: 1 })).fingerprint).not.toBe(fingerprint);
  });
});
