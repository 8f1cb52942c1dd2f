import type { Dataset, ExampleSet } from '../../src/main/engine/datasets/dataset.ts';
import { allocateExamples } from '../../src/main/engine/datasets/memory.ts';
import { rng } from '../../src/shared/rng.ts';

/** A small learnable problem: each class is a noisy pattern of bright bytes. */
export function tinyDataset(
  options: { features?: number; classes?: number; train?: number; test?: number } = {},
): Dataset {
  const { features = 12, classes = 3, train = 240, test = 60 } = options;
  const examples = (count: number, name: string): ExampleSet => {
    const random = rng('tiny-dataset', name);
    const set = allocateExamples('tiny', count, [features]);
    for (let example = 0; example < count; example += 1) {
      const label = random.below(classes);
      set.labels[example] = label;
      for (let feature = 0; feature < features; feature += 1) {
        const isBright = feature % classes === label;
        set.features[example * features + feature] = (isBright ? 120 : 30) + random.below(100);
      }
    }
    return set;
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
