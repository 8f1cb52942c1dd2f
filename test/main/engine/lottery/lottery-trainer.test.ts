import { afterAll, describe, expect, it } from 'vitest';
import { ensureWasm } from '../../../../src/main/engine/sparse/build.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { LotteryTrainer } from '../../../../src/main/engine/lottery/lottery-trainer.ts';
import type {
  TrainingResult,
  TrainingTask,
} from '../../../../src/main/engine/lottery/training-task.ts';
import type { Dataset } from '../../../../src/main/engine/datasets/dataset.ts';
import { plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { ENGINE_IDS } from '../../../../src/shared/domain/engine.ts';
import type { Settings } from '../../../../src/shared/domain/settings.ts';
import { earlyStop, finalEvaluation } from '../../../../src/shared/domain/training.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';
import { SMALL_RESNET } from '../../../support/small-resnet.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';

// Some are trained while the tests are listed.
await ensureWasm();

const kernels = new Kernels();
const flat = tinyDataset();
const opened: LotteryTrainer[] = [];
const silent = { onEvaluation: () => undefined, onIteration: () => true };

afterAll(() => {
  for (const lotteryTrainer of opened) lotteryTrainer.dispose();
  expect(kernels.tensorCount).toBe(0);
});

function open(settings: Settings, dataset: Dataset = flat) {
  const lotteryTrainer = new LotteryTrainer(kernels, settings, dataset);
  opened.push(lotteryTrainer);
  const layout = layoutOf(
    architectures
      .get(settings.architecture.id)
      .build(settings.architecture, dataset.shape, dataset.classes),
  );
  const targets = plannedTargets(settings.pruning, layout);
  const train = (
    key: { replicate?: number; level: number; branch?: string },
    from: Partial<TrainingTask> = {},
  ): TrainingResult => {
    const { replicate = 0, level, branch = 'ticket' } = key;
    return lotteryTrainer.train(
      {
        key: { replicate, level, branch },
        mask: new Uint8Array(layout.prunableCount).fill(1),
        engine: ENGINE_IDS.find((id) => id === settings.training.engine) ?? 'dense',
        rewindPoint: undefined,
        nextTarget: branch === 'ticket' ? targets[level] : undefined,
        ...from,
      },
      silent,
    );
  };
  return { layout, targets, train, lotteryTrainer };
}

describe('the speed of an engine', () => {
  const settings = tinySettings();
  const { layout, train, lotteryTrainer } = open(settings);

  it.each(['dense', 'sparse'] as const)(
    'is measured on the %s engine, and leaves nothing',
    (engine) => {
      const before = train({ level: 0 });
      const tensors = kernels.tensorCount;
      const keptCounts = layout.prunable.map(({ size }) => Math.ceil(size / 2));
      const speed = lotteryTrainer.measureSpeed({ engine, keptCounts });
      expect(speed.millisecondsPerIteration).toBeGreaterThan(0);
      expect(speed.millisecondsPerExample).toBeGreaterThan(0);
      expect(kernels.tensorCount).toBe(tensors);
      // Trainings after it have the same bits.
      expect(train({ level: 0 }).finalWeights).toEqual(before.finalWeights);
    },
  );
});

describe('a search by hand', () => {
  const settings = tinySettings();
  const { layout, targets, train } = open(settings);
  const dense = train({ level: 0 });
  const ticket = train({ level: 1 }, { mask: dense.nextMask! });

  it('learns', () => {
    const [first] = dense.evaluations;
    const last = dense.evaluations.at(-1)!;
    expect(last.validationLoss).toBeLessThan(first!.validationLoss * 0.8);
    expect(last.iteration).toBe(30);
  });

  it('prunes the smallest trained weights to exactly the promised counts', () => {
    expect(ticket.keptCounts).toEqual(targets[0]?.scope === 'layer' ? targets[0].counts : []);
    for (const { offset, maskOffset, size } of layout.prunable) {
      const magnitudes = [...dense.finalWeights.subarray(offset, offset + size)].map(Math.abs);
      const kept = magnitudes.filter((_, index) => dense.nextMask![maskOffset + index] === 1);
      const pruned = magnitudes.filter((_, index) => dense.nextMask![maskOffset + index] === 0);
      expect(Math.min(...kept)).toBeGreaterThanOrEqual(Math.max(...pruned));
    }
  });

  it('resets survivors to their own original initialisation', () => {
    expect(ticket.initialWeights).toEqual(dense.initialWeights);
  });

  it('keeps pruned weights at zero and trains the others', () => {
    const [{ offset, maskOffset, size }] = layout.prunable as [(typeof layout.prunable)[number]];
    let moved = 0;
    for (let index = 0; index < size; index += 1) {
      const value = ticket.finalWeights[offset + index];
      if (ticket.mask[maskOffset + index] === 0) expect(value).toBe(0);
      else if (value !== ticket.initialWeights[offset + index]) moved += 1;
    }
    // Not all: a unit that is off for every example learns nothing.
    expect(moved).toBeGreaterThan(ticket.keptCounts[0]! / 2);
  });

  it('gives random-reinit the same mask and new weights', () => {
    const control = train({ level: 1, branch: 'random-reinit' }, { mask: dense.nextMask! });
    expect(control.mask).toEqual(ticket.mask);
    expect(control.nextMask).toBeUndefined();
    for (const { offset, size } of layout.prunable) {
      for (let index = 0; index < size; index += 1) {
        const value = control.initialWeights[offset + index];
        expect(value).not.toBe(ticket.initialWeights[offset + index]);
      }
    }
  });

  it('gives shuffled-mask the original weights under another mask of the same layer densities', () => {
    const control = train({ level: 1, branch: 'shuffled-mask' }, { mask: dense.nextMask! });
    expect(control.keptCounts).toEqual(ticket.keptCounts);
    expect(control.mask).not.toEqual(ticket.mask);
    expect(control.initialWeights).toEqual(dense.initialWeights);
  });

  it('gives the same bits again, whatever was trained in between', () => {
    train({ replicate: 1, level: 0 });
    const { trainingMilliseconds, evaluationMilliseconds } = ticket;
    expect({
      ...train({ level: 1 }, { mask: dense.nextMask! }),
      trainingMilliseconds,
      evaluationMilliseconds,
    }).toEqual(ticket);
  });

  it('gives replicates other weights and batches', () => {
    expect(train({ replicate: 1, level: 0 }).initialWeights).not.toEqual(dense.initialWeights);
  });

  it('stops where it is told to', () => {
    const { lotteryTrainer } = { lotteryTrainer: opened[0]! };
    expect(() =>
      lotteryTrainer.train(
        {
          key: { replicate: 0, level: 0, branch: 'ticket' },
          mask: new Uint8Array(layout.prunableCount).fill(1),
          engine: 'dense',
          rewindPoint: undefined,
          nextTarget: undefined,
        },
        { onEvaluation: () => undefined, onIteration: (iteration) => iteration < 5 },
      ),
    ).toThrow('stopped after 5 of 30 iterations');
  });
});

describe('a search that rewinds to iteration 10', () => {
  const { train } = open(tinySettings({ rewind: { iteration: 10 } }));
  const dense = train({ level: 0 });
  const ticket = train({ level: 1 }, { mask: dense.nextMask!, rewindPoint: dense.rewindPoint! });

  it('takes the rewind point on the way', () => {
    expect(dense.rewindPoint).toBeDefined();
    expect(dense.rewindPoint).not.toEqual(dense.initialWeights);
    expect(dense.rewindPoint).not.toEqual(dense.finalWeights);
  });

  it('returns survivors and biases there and trains from that iteration on', () => {
    expect(ticket.initialWeights).toEqual(dense.rewindPoint);
    expect(ticket.evaluations.map(({ iteration }) => iteration)).toEqual([10, 20, 30]);
  });

  it('leaves no rewind point behind when it resets to the initialisation', () => {
    const { train: trainFromInitialization } = open(tinySettings());
    expect(trainFromInitialization({ level: 0 }).rewindPoint).toBeUndefined();
  });
});

describe('a search that keeps what it has trained', () => {
  const schedule = { id: 'steps', milestones: [20], factor: 0.1 };
  const training = { ...tinySettings().training, schedule };

  it('rewinds the learning rate alone: survivors go on from where they were', () => {
    const { train } = open(
      tinySettings({ training, rewind: { id: 'learning-rate', iteration: 10 } }),
    );
    const dense = train({ level: 0 });
    expect(dense.rewindPoint).toBeUndefined();
    const ticket = train({ level: 1 }, { mask: dense.nextMask!, rewindPoint: dense.finalWeights });
    expect(ticket.initialWeights).toEqual(dense.finalWeights);
    expect(ticket.evaluations.map(({ iteration }) => iteration)).toEqual([10, 20, 30]);
  });

  it('fine-tunes at the last learning rate', () => {
    const rewind = { id: 'fine-tune', iterations: 10 };
    const { train } = open(tinySettings({ training, rewind }));
    const dense = train({ level: 0 });
    const from = { mask: dense.nextMask!, rewindPoint: dense.finalWeights };
    const ticket = train({ level: 1 }, from);
    expect(ticket.evaluations.map(({ iteration }) => iteration)).toEqual([20, 30]);

    const early = { ...training, schedule: { ...schedule, milestones: [25] } };
    const { train: trainLater } = open(tinySettings({ training: early, rewind }));
    // The rate falls at another iteration, but ends the same: fine-tuning knows the end alone.
    expect(trainLater({ level: 1 }, from).finalWeights).toEqual(ticket.finalWeights);
  });

  it('still scores at initialisation where the strategy prunes before training', () => {
    const pruning = { strategy: { id: 'global-snip' }, levels: 2 };
    const { train } = open(tinySettings({ pruning, rewind: { id: 'learning-rate' } }));
    const { train: trainByWeights } = open(tinySettings({ pruning }));
    expect(train({ level: 0 }).nextMask).toEqual(trainByWeights({ level: 0 }).nextMask);
  });
});

describe('a search that prunes before training', () => {
  it('chooses the same weights however long it trains', () => {
    const pruning = { strategy: { id: 'global-synflow' }, levels: 2 };
    const masks = [10, 30].map((iterations) => {
      const training = { ...tinySettings().training, iterations };
      return open(tinySettings({ pruning, training })).train({ level: 0 }).nextMask;
    });
    expect(masks[0]).toEqual(masks[1]);
  });

  it('scores the weights of the rewind point', () => {
    const pruning = { strategy: { id: 'global-snip' }, levels: 2 };
    const atStart = open(tinySettings({ pruning })).train({ level: 0 });
    const later = open(tinySettings({ pruning, rewind: { iteration: 10 } })).train({ level: 0 });
    expect(later.nextMask).not.toEqual(atStart.nextMask);
  });
});

it('movement is summed from the first weights to the last', () => {
  const strategy = { id: 'layerwise-movement', fraction: 0.5 };
  const { layout, train } = open(tinySettings({ pruning: { strategy, levels: 1 } }));
  const dense = train({ level: 0 }, { capturedIterations: [10, 20, 30] });
  const looks = [dense.initialWeights, ...dense.captured.map(({ weights }) => weights)];
  expect(looks.at(-1)).toEqual(dense.finalWeights);
  const movement = Array.from(dense.initialWeights, (_, at) =>
    looks.slice(1).reduce((sum, weights, look) => {
      const before = looks[look]![at]!;
      return sum + before * (weights[at]! - before);
    }, 0),
  );
  for (const { offset, maskOffset, size } of layout.prunable) {
    const isKept = (index: number) => dense.nextMask![maskOffset + index] === 1;
    const order = Array.from({ length: size }, (_, index) => index).sort(
      (one, other) => movement[offset + one]! - movement[offset + other]!,
    );
    // All that go come before all that stay.
    expect(order.map(isKept)).toEqual(order.map(isKept).sort((one, other) => +one - +other));
  }
});

describe('warnings', () => {
  it('come with the level at which a layer is close to collapse', () => {
    const pruning = {
      strategy: { id: 'layerwise-magnitude', fraction: 0.95 },
      schedule: 'iterative',
      levels: 1,
    };
    const { warnings } = open(tinySettings({ pruning })).train({ level: 0 });
    expect(warnings).toEqual([
      expect.stringContaining('keeps 5 of the 96 weights of fc1.kernel, fewer than its 8 outputs'),
      expect.stringContaining('keeps 2 of the 48 weights of fc2.kernel, fewer than its 6 outputs'),
    ]);
  });
});

describe.each(ENGINE_IDS)('a residual body without a weight, on the engine %s', (engine) => {
  const images = { ...tinyDataset({ features: 48 }), shape: [4, 4, 3] };
  const base = tinySettings();
  const { layout, train } = open(
    tinySettings({
      architecture: SMALL_RESNET,
      training: { ...base.training, engine },
      pruning: {
        strategy: {
          id: 'layerwise-magnitude',
          layerFractions: { 'residual1.conv1': 0.999, 'residual2.conv2': 0.999 },
        },
        schedule: 'iterative',
        levels: 2,
      },
    }),
    images,
  );
  const dense = train({ level: 0 });
  const ticket = train({ level: 1 }, { mask: dense.nextMask! });
  const last = train({ level: 2 }, { mask: ticket.nextMask! });

  it('is named when it is pruned, and once', () => {
    expect(dense.warnings).toEqual([
      expect.stringContaining('none of the 144 weights of residual1.conv1.kernel'),
      expect.stringContaining('none of the 324 weights of residual2.conv2.kernel'),
    ]);
    expect(ticket.warnings).toEqual([]);
  });

  it('lets the shortcut learn', () => {
    for (const { keptCounts, evaluations } of [ticket, last]) {
      expect(keptCounts.filter((count) => count === 0)).toHaveLength(2);
      expect(evaluations.at(-1)!.validationLoss).toBeLessThan(evaluations[0]!.validationLoss);
    }
    for (const { layer, offset, size } of layout.prunable) {
      const hasWeights = last.finalWeights.subarray(offset, offset + size).some(Boolean);
      expect(hasWeights).toBe(layer !== 'residual1.conv1' && layer !== 'residual2.conv2');
    }
  });

  it.each(['shuffled-mask', 'random-mask', 'random-reinit'])('has the control %s', (branch) => {
    const control = train({ level: 1, branch }, { mask: dense.nextMask! });
    expect(control.evaluations.at(-1)!.iteration).toBe(30);
  });
});

describe.each(ENGINE_IDS)('training.testEvery, on the engine %s', (engine) => {
  const BOUNCING = { id: 'adam', learningRate: 0.2 };
  /** 121 evaluations, not all of which improve. */
  const trainedWith = (testEvery?: number | 'improvements') => {
    const settings = tinySettings({
      training: { engine, iterations: 120, evaluateEvery: 1, optimizer: BOUNCING },
    });
    const { training } = settings;
    return open({ ...settings, training: { ...training, testEvery } }).train({ level: 0 });
  };
  const onTest = ({ evaluations }: TrainingResult): number[] =>
    evaluations.flatMap(({ testLoss, iteration }) => (testLoss === undefined ? [] : [iteration]));

  it('changes nothing that the verdict looks at, to the bit', () => {
    const everywhere = trainedWith(1);
    expect(onTest(everywhere)).toHaveLength(121);
    for (const testEvery of ['improvements', undefined, 7] as const) {
      const some = trainedWith(testEvery);
      expect(onTest(some).length).toBeLessThan(121);
      expect(some.finalWeights).toEqual(everywhere.finalWeights);
      expect(some.correctAtEarlyStop).toEqual(everywhere.correctAtEarlyStop);
      expect(earlyStop(some.evaluations)).toEqual(earlyStop(everywhere.evaluations));
      expect(finalEvaluation(some.evaluations)).toEqual(finalEvaluation(everywhere.evaluations));
      for (const [index, evaluation] of some.evaluations.entries()) {
        const { testLoss, testAccuracy, ...validation } = evaluation;
        const whole = everywhere.evaluations[index];
        expect(whole).toMatchObject(validation);
        if (testLoss !== undefined) expect(whole).toMatchObject({ testLoss, testAccuracy });
      }
    }
  });

  it('is about 50 points and the improvements by default', () => {
    const settled = onTest(trainedWith());
    expect(settled.filter((iteration) => iteration % 2 === 0)).toHaveLength(61);
    const needed = onTest(trainedWith('improvements'));
    expect(settled).toEqual(expect.arrayContaining(needed));
  });
});
