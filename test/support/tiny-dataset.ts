import type { Dataset, ExampleSet } from '../../src/main/engine/datasets/dataset.ts';
import { rng } from '../../src/shared/rng.ts';

/** A small learnable problem: each class is a noisy pattern of bright bytes. */
export function tinyDataset(options: { features?: number; classes?: number; train?: number; test?: number } = {}): Dataset {
  const { features = 12, classes = 3, train = 240, test = 60 } = options;
  const examples = (count: number, name: string): ExampleSet => {
    const random = rng('tiny-dataset', name);
    const set = {
      count,
      features: new Uint8Array(shared(count * features)),
      labels: new Int32Array(shared(count * 4), 0, count),
    };
    for (let example = 0; example < count; example += 1) {
      const label = random.below(classes);
      set.labels[example] = label;
      for (let feature = 0; feature < features; feature += 1) {
        const isBright = feature % classes === label;
        set.features[example * features + feature] = (isBright ? 120 : 30) + random.below(100);
      }
    }
    return { ...set, features: set.features.subarray(0, count * features) };
  };
  return {
    id: 'tiny',
    shape: [features],
    classes,
    train: examples(train, 'train'),
    test: examples(test, 'test'),
    fingerprint: 'tiny',
  };
}

function shared(byteLength: number): ArrayBuffer {
  const pages = Math.max(1, Math.ceil(byteLength / 65_536));
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer;
}
