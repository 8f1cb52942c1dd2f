/** Trainings that are stopped and continue from their checkpoint, and checkpoints that can't be used. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Dataset } from '../../../../src/main/engine/datasets/dataset.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import {
  CheckpointFile,
  type CheckpointPlace,
} from '../../../../src/main/engine/lottery/checkpoint-file.ts';
import { LotteryTrainer } from '../../../../src/main/engine/lottery/lottery-trainer.ts';
import type {
  TrainingResult,
  TrainingTask,
} from '../../../../src/main/engine/lottery/training-task.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { ENGINE_IDS, type EngineId } from '../../../../src/shared/domain/engine.ts';
import type { Evaluation } from '../../../../src/shared/domain/training.ts';
import type { Settings } from '../../../../src/shared/domain/settings.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';
import { SMALL_RESNET } from '../../../support/small-resnet.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { buildWasmFirst } from '../../../support/wasm.ts';

buildWasmFirst();

const kernels = new Kernels();
const opened: LotteryTrainer[] = [];
afterAll(() => {
  for (const trainer of opened) trainer.dispose();
  expect(kernels.tensorCount).toBe(0);
});

/** So long that only a stop takes a checkpoint. */
const NEVER = 3_600_000;
const ITERATIONS = 30;

const flat = tinyDataset();
const images: Dataset = { ...tinyDataset({ features: 48 }), shape: [4, 4, 3] };

interface Case {
  readonly name: string;
  readonly settings: Settings;
  readonly dataset: Dataset;
  readonly task?: Partial<TrainingTask>;
}

const training = {
  optimizer: { id: 'adam', learningRate: 0.01 },
  batchSize: 20,
  iterations: ITERATIONS,
  evaluateEvery: 10,
};

const CASES: readonly Case[] = [
  { name: 'a dense network', settings: tinySettings(), dataset: flat },
  {
    name: 'flips and crops, a learning rate that falls, batch normalisation',
    settings: tinySettings({
      dataset: {
        id: 'mnist',
        validation: 60,
        flip: true,
        cropPadding: 1,
        normalization: 'per-image',
      },
      architecture: SMALL_RESNET,
      training: {
        ...training,
        optimizer: { id: 'momentum', learningRate: 0.05 },
        schedule: { id: 'cosine' },
      },
    }),
    dataset: images,
  },
  {
    name: 'a strategy that follows the movement of weights',
    settings: tinySettings({ pruning: { strategy: { id: 'layerwise-movement' }, levels: 2 } }),
    dataset: flat,
  },
  {
    name: 'weights that are captured on the way',
    settings: tinySettings({ rewind: { iteration: 5 } }),
    dataset: flat,
    task: { capturedIterations: [12, 20] },
  },
];

interface Run {
  readonly result: TrainingResult | undefined;
  readonly warnings: string[];
  readonly evaluated: number[];
  /** The iteration it continued from, and the evaluations that it was told. */
  readonly resumed: { readonly iteration: number; readonly evaluations: readonly Evaluation[] }[];
  readonly iterations: number[];
}

/** Runs the dense training of a search, as a worker of its own would. */
function run(
  { settings, dataset, task }: Omit<Case, 'name'>,
  engine: EngineId,
  checkpoint: CheckpointPlace | undefined,
  stopAt?: number,
): Run {
  const trainer = new LotteryTrainer(kernels, settings, dataset);
  opened.push(trainer);
  const { architecture, pruning } = settings;
  const layout = layoutOf(
    architectures.get(architecture.id).build(architecture, dataset.shape, dataset.classes),
  );
  const warnings: string[] = [];
  const evaluated: number[] = [];
  const iterations: number[] = [];
  const resumed: Run['resumed'] = [];
  const train = (): TrainingResult =>
    trainer.train(
      {
        key: { replicate: 0, level: 0, branch: 'ticket' },
        mask: new Uint8Array(layout.prunableCount).fill(1),
        engine,
        rewindPoint: undefined,
        nextTarget: plannedTargets(pruning, layout)[0],
        checkpoint,
        ...task,
      },
      {
        onEvaluation: ({ iteration }) => {
          evaluated.push(iteration);
        },
        onIteration: (iteration) => {
          iterations.push(iteration);
          return iteration !== stopAt;
        },
        onResumed: (iteration, evaluations) => {
          resumed.push({ iteration, evaluations });
        },
        onWarning: (message) => {
          warnings.push(message);
        },
      },
    );
  let result: TrainingResult | undefined;
  if (stopAt === undefined) result = train();
  else expect(train).toThrow(`stopped after ${stopAt} of`);
  return { result, warnings, evaluated, resumed, iterations };
}

/** Everything but times. */
function withoutTimes(result: TrainingResult | undefined) {
  if (!result) throw new Error('the training did not end');
  const { trainingMilliseconds: _training, evaluationMilliseconds: _evaluation, ...rest } = result;
  return rest;
}

function newPlace(milliseconds = NEVER): CheckpointPlace {
  const file = path.join(temporaryFolder(), 'checkpoints', 'one.checkpoint');
  return { file, identity: 'one', milliseconds };
}

describe.each(CASES)('$name', (each) => {
  it.each(ENGINE_IDS)('continues after any iteration with the same bits, %s', (engine) => {
    const whole = run(each, engine, undefined);
    expect(whole.result?.captured.map(({ iteration }) => iteration)).toEqual(
      each.task ? [5, 12, 20] : [],
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: ITERATIONS }), (stopAt) => {
        const place = newPlace();
        const first = run(each, engine, place, stopAt);
        const rest = run(each, engine, place);
        expect(withoutTimes(rest.result)).toEqual(withoutTimes(whole.result));
        expect(rest.resumed).toEqual([
          {
            iteration: stopAt,
            evaluations: whole.result?.evaluations.slice(0, first.evaluated.length),
          },
        ]);
        expect(rest.iterations).toEqual(whole.iterations.slice(stopAt));
        expect([...first.evaluated, ...rest.evaluated]).toEqual(whole.evaluated);
        expect([...first.warnings, ...rest.warnings]).toEqual([]);
      }),
      { numRuns: 6, examples: [[1], [10], [ITERATIONS]] },
    );
  });
});

describe('a checkpoint', () => {
  const dense: Omit<Case, 'name'> = { settings: tinySettings(), dataset: flat };
  const whole = (): TrainingResult | undefined => run(dense, 'sparse', undefined).result;

  function stopped(): CheckpointPlace {
    const place = newPlace();
    run(dense, 'sparse', place, 17);
    expect(existsSync(place.file)).toBe(true);
    return place;
  }

  function expectAnew(place: CheckpointPlace, warning: string, other = dense): void {
    const { resumed, iterations, warnings, result } = run(other, 'sparse', place);
    expect(resumed).toEqual([]);
    expect(iterations).toHaveLength(ITERATIONS);
    expect(warnings).toEqual([expect.stringContaining(warning)]);
    expect(existsSync(place.file)).toBe(false);
    expect(withoutTimes(result)).toEqual(withoutTimes(run(other, 'sparse', undefined).result));
  }

  it('is not there before its time, nor after a training that was not stopped', () => {
    const place = newPlace();
    run(dense, 'sparse', place);
    expect(existsSync(place.file)).toBe(false);
  });

  it('is replaced while the training runs', () => {
    const place = newPlace(0);
    const first = run(dense, 'sparse', place, 25);
    expect(first.warnings).toEqual([]);
    const rest = run(dense, 'sparse', place);
    expect(rest.resumed.map(({ iteration }) => iteration)).toEqual([25]);
    expect(withoutTimes(rest.result)).toEqual(withoutTimes(whole()));
  });

  it('may be continued from twice: the time of both is counted', () => {
    const place = stopped();
    const again = run(dense, 'sparse', place, 23);
    expect(again.resumed.map(({ iteration }) => iteration)).toEqual([17]);
    const last = run(dense, 'sparse', place);
    expect(last.resumed.map(({ iteration }) => iteration)).toEqual([23]);
    expect(withoutTimes(last.result)).toEqual(withoutTimes(whole()));
  });

  it('that was cut short is ignored, named and removed, wherever it was cut', () => {
    const bytes = readFileSync(stopped().file);
    for (const length of [0, 5, 20, 40, 60, bytes.length - 1]) {
      const place = stopped();
      writeFileSync(place.file, bytes.subarray(0, length));
      expectAnew(place, 'damaged');
    }
  });

  it('with a flipped bit is ignored, named and removed, wherever the bit is', () => {
    const place = stopped();
    const bytes = readFileSync(place.file);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
        const damaged = Buffer.from(bytes);
        damaged[at]! ^= 1 << bit;
        writeFileSync(place.file, damaged);
        expectAnew(place, 'damaged');
      }),
      { numRuns: 12 },
    );
  });

  it('of an older format is ignored, named and removed', () => {
    const place = stopped();
    const bytes = readFileSync(place.file);
    bytes.write('ticket checkpoint 0\n');
    writeFileSync(place.file, bytes);
    expectAnew(place, 'of another version');
  });

  it('of another identity, such as another version, is never used', () => {
    expectAnew({ ...stopped(), identity: 'other' }, 'from other settings or another version');
  });

  it.each<[string, Omit<Case, 'name'>]>([
    [
      'that starts from other weights',
      { ...dense, settings: tinySettings({ replicates: { count: 1, seed: 8 } }) },
    ],
    [
      'that also follows the movement of its weights',
      {
        ...dense,
        settings: tinySettings({ pruning: { strategy: { id: 'layerwise-movement' }, levels: 2 } }),
      },
    ],
  ])('is never used for a training %s', (_which, other) => {
    expectAnew(stopped(), 'from other settings or another version', other);
  });

  it('is not used by a training that needs weights which it has not captured', () => {
    const other = { ...dense, task: { capturedIterations: [12] } };
    expectAnew(stopped(), 'lacks the weights of iteration 12', other);
  });

  it('is used by a training that captures less, or what is still to come', () => {
    const of = (...capturedIterations: number[]) => ({ ...dense, task: { capturedIterations } });
    const place = newPlace();
    run(of(5, 12), 'sparse', place, 17);
    const rest = run(of(12, 20), 'sparse', place);
    expect(rest.resumed.map(({ iteration }) => iteration)).toEqual([17]);
    expect(rest.warnings).toEqual([]);
    expect(withoutTimes(rest.result)).toEqual(
      withoutTimes(run(of(12, 20), 'sparse', undefined).result),
    );
  });

  it('is due a minute after the last one began, or later so that it costs 1 % at most', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const place = newPlace(60_000);
      const owner = {
        key: { replicate: 0, level: 0, branch: 'ticket' },
        start: new Float32Array(2),
        mask: new Uint8Array(2),
        followsMovement: false,
      };
      const file = new CheckpointFile(place, owner, (message) => {
        throw new Error(message);
      });
      const dueAfterOneThatTakes = (milliseconds: number): number => {
        file.write(() => {
          vi.advanceTimersByTime(milliseconds);
          return {} as never;
        });
        let waited = milliseconds;
        for (; !file.isDue(); waited += 100) vi.advanceTimersByTime(100);
        return waited;
      };
      expect(dueAfterOneThatTakes(100)).toBe(60_000);
      expect(dueAfterOneThatTakes(600)).toBe(60_000);
      expect(dueAfterOneThatTakes(900)).toBe(90_000);
    } finally {
      vi.useRealTimers();
    }
  });

  it('brings no data directory back that was removed', () => {
    const place = newPlace(0);
    const directory = path.dirname(path.dirname(place.file));
    rmSync(directory, { recursive: true });
    expect(run(dense, 'sparse', place).warnings).toHaveLength(1);
    expect(existsSync(directory)).toBe(false);
  });

  it('that can not be written is said once, and the training goes on', () => {
    const place = newPlace(0);
    writeFileSync(path.dirname(place.file), 'a file where the folder should be');
    const { result, warnings } = run(dense, 'sparse', place);
    expect(warnings).toEqual([expect.stringContaining("its checkpoint can't be saved (")]);
    expect(withoutTimes(result)).toEqual(withoutTimes(whole()));
  });
});
