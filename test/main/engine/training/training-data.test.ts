import { afterAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../../src/main/engine/datasets/dataset.ts';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { Laboratory } from '../../../../src/main/engine/lottery/laboratory.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { ensureWasm } from '../../../../src/main/engine/sparse/build.ts';
import { trainingDataOf } from '../../../../src/main/engine/training/training-data.ts';
import { transferNames } from '../../../../src/shared/domain/transfer.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';
import { trainByHand } from '../analyses/harness.ts';

const kernels = new Kernels();
const dataset = tinyDataset();

afterAll(() => {
  expect(kernels.tensorCount).toBe(0);
});

function dataOf(choice: object, seed = 7) {
  const settings = tinySettings({
    dataset: { id: 'mnist', validation: 60, ...choice },
    replicates: { count: 2, seed },
  });
  return trainingDataOf(settings, dataset);
}

describe('random labels', () => {
  const labelsOf = (randomLabels: number, seed?: number) =>
    dataOf({ randomLabels }, seed).dataset.train.labels;
  const changedBy = (randomLabels: number, seed?: number) => {
    const labels = labelsOf(randomLabels, seed);
    return [...labels.keys()].filter((at) => labels[at] !== dataset.train.labels[at]);
  };

  it('are nowhere where they are not asked for', () => {
    expect(dataOf({}).dataset).toBe(dataset);
    expect(dataOf({ randomLabels: 0 }).dataset).toBe(dataset);
  });

  it('leave the features where they are, and the test set and validation as they were', () => {
    const { dataset: randomized, trainIndices, validationIndices } = dataOf({ randomLabels: 1 });
    expect(randomized.train.features).toBe(dataset.train.features);
    expect(randomized.test).toBe(dataset.test);
    for (const at of validationIndices) {
      expect(randomized.train.labels[at]).toBe(dataset.train.labels[at]);
    }
    expect(changedBy(1).every((at) => trainIndices.includes(at))).toBe(true);
  });

  it('draw every class equally often, the true one too', () => {
    const large = tinyDataset({ train: 6060, classes: 4 });
    const settings = tinySettings({ dataset: { id: 'mnist', validation: 60, randomLabels: 1 } });
    const { dataset: randomized, trainIndices } = trainingDataOf(settings, large);
    const counts = new Array<number>(4).fill(0);
    let kept = 0;
    for (const at of trainIndices) {
      counts[randomized.train.labels[at]!]! += 1;
      if (randomized.train.labels[at] === large.train.labels[at]) kept += 1;
    }
    // Six standard deviations of a count of 6000 draws at 1/4.
    for (const count of [...counts, kept]) expect(Math.abs(count - 1500)).toBeLessThan(200);
  });

  it('are drawn for exactly that share of the examples that are trained on', () => {
    // With many classes hardly any label is drawn as it was.
    const classes = 1_000_000;
    const settings = (randomLabels: number, more = {}) =>
      tinySettings({ dataset: { id: 'mnist', validation: 60, randomLabels, ...more } });
    const many: Dataset = { ...dataset, classes };
    const changed = (randomLabels: number, more = {}) => {
      const data = trainingDataOf(settings(randomLabels, more), many);
      return data.trainIndices.filter(
        (at) => data.dataset.train.labels[at] !== dataset.train.labels[at],
      ).length;
    };
    expect(changed(0.25)).toBe(45);
    expect(changed(1)).toBe(180);
    expect(changed(0.1, { subset: 50 })).toBe(5);
  });

  it('follow from the seed, and a larger share adds to a smaller one', () => {
    expect(labelsOf(0.5)).toEqual(labelsOf(0.5));
    expect(labelsOf(0.5)).not.toEqual(labelsOf(0.5, 8));
    const more = labelsOf(0.6);
    for (const at of changedBy(0.3)) expect(more[at]).toBe(labelsOf(0.3)[at]);
  });

  it('change neither which examples are kept nor how they are normalised', () => {
    const choice = { subset: 60, normalization: 'dataset' };
    const { dataset: _plain, ...others } = dataOf(choice);
    const { dataset: _randomized, ...othersRandomized } = dataOf({ ...choice, randomLabels: 1 });
    expect(othersRandomized).toEqual(others);
  });

  it.each(['dense', 'sparse'] as const)(
    'are what the %s engine trains on, scores and analyses see',
    async (engine) => {
      await ensureWasm(() => undefined);
      const settings = (choice: object) =>
        tinySettings({
          dataset: { id: 'mnist', validation: 60, ...choice },
          training: {
            optimizer: { id: 'adam', learningRate: 0.01 },
            batchSize: 20,
            iterations: 30,
            evaluateEvery: 10,
            engine,
          },
          pruning: { strategy: { id: 'global-snip' }, schedule: 'iterative', levels: 1 },
        });
      const choice = { randomLabels: 0.8 };
      const relabelled = trainingDataOf(settings(choice), dataset).dataset;
      const outcomeOf = (given: object, examples: Dataset) => {
        const search = trainByHand(kernels, settings(given), examples);
        try {
          const analysed = search.analyse({ id: 'instability', points: 3, levels: [0] });
          const trained = search.tickets.map((ticket) => ({
            ...ticket,
            trainingMilliseconds: 0,
            evaluationMilliseconds: 0,
          }));
          return { trained, analysed };
        } finally {
          search.laboratory.dispose();
        }
      };
      const outcome = outcomeOf(choice, dataset);
      expect(outcome).toEqual(outcomeOf({}, relabelled));
      expect(outcome).not.toEqual(outcomeOf({}, dataset));
    },
  );

  it('are drawn once for a transfer to another optimizer, from the true ones', () => {
    const transfer = { id: 'transfer', optimizer: { id: 'sgd' } };
    const settings = tinySettings({
      dataset: { id: 'mnist', validation: 60, subset: 61, randomLabels: 0.8 },
      branches: [transfer],
    });
    const [branch] = transferNames(settings);
    const { prunableCount } = layoutOf(
      architectures
        .get(settings.architecture.id)
        .build(settings.architecture, dataset.shape, dataset.classes),
    );
    const trainedOn = (targets: ReadonlyMap<string, Dataset>) => {
      const laboratory = new Laboratory(kernels, settings, dataset, targets);
      try {
        return laboratory.train(
          {
            key: { replicate: 0, level: 1, branch: branch! },
            mask: new Uint8Array(prunableCount).fill(1),
            engine: 'dense',
            rewindPoint: undefined,
            trained: undefined,
            nextTarget: undefined,
          },
          { onEvaluation: () => undefined, onIteration: () => true },
        ).finalWeights;
      } finally {
        laboratory.dispose();
      }
    };
    expect(trainedOn(new Map())).toEqual(trainedOn(new Map([[branch!, dataset]])));
  });
});
