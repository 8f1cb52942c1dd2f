import { afterAll, describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import type { Dataset } from '../../../../src/main/engine/datasets/dataset.ts';
import { initializers } from '../../../../src/main/engine/initializers/index.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { LotteryTrainer } from '../../../../src/main/engine/lottery/lottery-trainer.ts';
import type { TrainingResult } from '../../../../src/main/engine/lottery/training-task.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import { countKeptBySegment } from '../../../../src/shared/domain/mask.ts';
import type { ParameterLayout } from '../../../../src/shared/domain/layout.ts';
import type { Settings } from '../../../../src/shared/domain/settings.ts';
import { trainedWith } from '../../../../src/shared/domain/transfer.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';

const kernels = new Kernels();
const opened: LotteryTrainer[] = [];
const dataset = tinyDataset();
const elsewhere = tinyDataset({ classes: 5, train: 300, test: 80 });

afterAll(() => {
  for (const lotteryTrainer of opened) lotteryTrainer.dispose();
  expect(kernels.tensorCount).toBe(0);
});

const ANOTHER_DATASET = 'transfer-fashion-mnist';
const ANOTHER_OPTIMIZER = 'transfer-momentum';

const settingsWith = (changes: Record<string, unknown> = {}): Settings =>
  tinySettings({
    branches: [
      { id: 'transfer', dataset: { id: 'fashion-mnist' } },
      { id: 'transfer', optimizer: { id: 'momentum', learningRate: 0.05 } },
    ],
    ...changes,
  });

function layoutFor({ architecture }: Settings, { shape, classes }: Dataset): ParameterLayout {
  return layoutOf(architectures.get(architecture.id).build(architecture, shape, classes));
}

function open(settings: Settings, own: Dataset, targets = new Map([[ANOTHER_DATASET, elsewhere]])) {
  const lotteryTrainer = new LotteryTrainer(kernels, settings, own, targets);
  opened.push(lotteryTrainer);
  const { prunableCount } = layoutFor(settings, own);
  return (
    level: number,
    branch: string,
    before?: TrainingResult,
    rewindPoint?: Float32Array,
  ): TrainingResult =>
    lotteryTrainer.train(
      {
        key: { replicate: 1, level, branch },
        mask: before?.nextMask ?? new Uint8Array(prunableCount).fill(1),
        engine: 'dense',
        rewindPoint,
        nextTarget:
          branch === 'ticket'
            ? plannedTargets(settings.pruning, layoutFor(settings, own))[level]
            : undefined,
      },
      { onEvaluation: () => undefined, onIteration: () => true },
    );
}

const withoutTimes = ({
  key: _key,
  trainingMilliseconds: _training,
  evaluationMilliseconds: _evaluation,
  nextMask: _nextMask,
  warnings: _warnings,
  rewindPoint: _rewindPoint,
  captured: _captured,
  ...results
}: TrainingResult) => results;

/** Values of every tensor but those of the output layer. */
function carriedOf(layout: ParameterLayout, weights: Float32Array): Float32Array[] {
  const output = layout.prunable.find(({ isOutput }) => isOutput)!.layer;
  return layout.parameters
    .filter(({ layer }) => layer !== output)
    .map(({ offset, size }) => weights.subarray(offset, offset + size));
}

describe('the dense network on the target', () => {
  // Dropout, a schedule in epochs and another batch order would all show.
  const settings = settingsWith({
    architecture: {
      id: 'custom',
      layers: [{ kind: 'dense', units: 8 }, { kind: 'relu' }, { kind: 'dropout', rate: 0.2 }],
    },
  });

  it.each([
    [ANOTHER_DATASET, elsewhere],
    [ANOTHER_OPTIMIZER, dataset],
  ])('is bit by bit that of a search there: %s', (branch, own) => {
    const transferred = open(settings, dataset)(0, branch);
    const there = open({ ...trainedWith(settings, branch), branches: [] }, own)(0, 'ticket');
    expect(withoutTimes(transferred)).toEqual(withoutTimes(there));
    expect(transferred).toMatchObject({ nextMask: undefined, rewindPoint: undefined });
  });

  it.each(initializers.entries.filter(({ hparams }) => hparams.safeParse({}).success))(
    'starts from the weights of the search: $id',
    ({ id }) => {
      const drawn = settingsWith({ initializer: { id } });
      const train = open(drawn, dataset);
      const [source, target] = [layoutFor(drawn, dataset), layoutFor(drawn, elsewhere)];
      expect(carriedOf(target, train(0, ANOTHER_DATASET).initialWeights)).toEqual(
        carriedOf(source, train(0, 'ticket').initialWeights),
      );
    },
  );
});

describe('a transferred ticket', () => {
  const settings = settingsWith();
  const [source, target] = [layoutFor(settings, dataset), layoutFor(settings, elsewhere)];
  const train = open(settings, dataset);
  const dense = train(0, 'ticket');
  const there = train(0, ANOTHER_DATASET);
  const transferred = train(1, ANOTHER_DATASET, dense);

  it('is the ticket, but for an output layer of another size', () => {
    const ticket = train(1, 'ticket', dense);
    expect(transferred.mask).toHaveLength(target.prunableCount);
    expect(carriedOf(target, transferred.initialWeights)).toEqual(
      carriedOf(source, ticket.initialWeights),
    );
    const hidden = target.prunable.at(-1)!.maskOffset;
    expect(transferred.mask.subarray(0, hidden)).toEqual(ticket.mask.subarray(0, hidden));
  });

  it('has an output layer as the dense network there drew it, as sparse as the ticket’s', () => {
    const { offset, size } = target.prunable.at(-1)!;
    expect(transferred.initialWeights.subarray(offset, offset + size)).toEqual(
      there.initialWeights.subarray(offset, offset + size),
    );
    const [kept, keptThere] = [dense.nextMask!, transferred.mask].map((mask, index) =>
      countKeptBySegment(mask, [source, target][index]!.prunable).at(-1),
    );
    // From 6 × 3 weights to 6 × 5.
    expect(keptThere).toBe(Math.ceil((kept! * 5) / 3));
  });

  it('is the ticket itself, every bit of it, by another optimizer', () => {
    const ticket = train(1, 'ticket', dense);
    const faster = train(1, ANOTHER_OPTIMIZER, dense);
    expect(faster.initialWeights).toEqual(ticket.initialWeights);
    expect(faster.mask).toEqual(ticket.mask);
    expect(faster.finalWeights).not.toEqual(ticket.finalWeights);
  });

  it('starts where survivors return to', () => {
    const late = settingsWith({ rewind: { iteration: 10 } });
    const trainLate = open(late, dataset);
    const before = trainLate(0, 'ticket');
    const moved = trainLate(1, ANOTHER_DATASET, before, before.rewindPoint);
    expect(carriedOf(target, moved.initialWeights)).toEqual(carriedOf(source, before.rewindPoint!));
    expect(moved.evaluations[0]!.iteration).toBe(10);
  });

  it('learns the target', () => {
    expect(there.evaluations.at(-1)!.testAccuracy).toBeGreaterThan(0.4);
    expect(transferred.evaluations.at(-1)!.testAccuracy).toBeGreaterThan(0.4);
  });
});
