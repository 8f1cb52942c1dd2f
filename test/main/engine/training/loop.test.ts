import { describe, expect, it } from 'vitest';
import { BatchOrder } from '../../../../src/main/engine/training/batches.ts';
import { runTraining } from '../../../../src/main/engine/training/loop.ts';
import type { Score, Trainer } from '../../../../src/main/engine/training/trainer.ts';

/** Stands in for an engine. It records its steps and scores by a given rule. */
class RecordingTrainer implements Trainer {
  readonly layout = { parameters: [], prunable: [], parameterCount: 0, prunableCount: 0 };
  readonly steps: { batch: number[]; step: number; rateFactor: number }[] = [];
  readonly #loss: (stepsDone: number) => number;

  constructor(loss: (stepsDone: number) => number = () => 1) {
    this.#loss = loss;
  }

  start(): void {
    this.steps.length = 0;
  }

  step(batch: Int32Array, step: number, rateFactor: number): void {
    this.steps.push({ batch: [...batch], step, rateFactor });
  }

  scoreValidation(): Score {
    return { loss: this.#loss(this.steps.length), accuracy: 0.5 };
  }

  /** After i steps, test example i mod 4 is the correct one. */
  scoreTest(correct?: Uint8Array): Score {
    correct?.fill(0).fill(1, this.steps.length % 4, (this.steps.length % 4) + 1);
    return { loss: 2, accuracy: 0.25 };
  }

  weights(): Float32Array {
    return new Float32Array();
  }

  visitState(): void {
    return;
  }

  dispose(): void {
    this.steps.length = 0;
  }
}

function run(
  options: {
    from?: number;
    trainer?: RecordingTrainer;
    stopAt?: number;
    testInterval?: number;
  } = {},
) {
  const trainer = options.trainer ?? new RecordingTrainer();
  const evaluated: number[] = [];
  const tested: number[] = [];
  const iterations: number[] = [];
  const times = runTraining({
    trainer,
    order: new BatchOrder(
      Int32Array.from({ length: 6 }, (_, index) => index),
      [1],
    ),
    batchSize: 2,
    from: options.from ?? 0,
    iterations: 25,
    evaluateEvery: 10,
    testInterval: options.testInterval ?? 10,
    testExamples: 4,
    rateFactor: (iteration) => 1 / (1 + iteration),
    onEvaluation: ({ iteration, testLoss, testAccuracy }) => {
      evaluated.push(iteration);
      if (testLoss !== undefined && testAccuracy !== undefined) tested.push(iteration);
    },
    onIteration: (iteration) => {
      iterations.push(iteration);
      return iteration !== options.stopAt;
    },
  });
  return { trainer, evaluated, tested, iterations, times };
}

describe('a training', () => {
  it('is evaluated before the first step, every so often, and at the end', () => {
    expect(run().evaluated).toEqual([0, 10, 20, 25]);
  });

  it('runs its full length', () => {
    const { trainer, iterations } = run();
    expect(trainer.steps).toHaveLength(25);
    expect(iterations.at(-1)).toBe(25);
  });

  it('sees from a rewind point the batches the dense network saw, with its steps counted anew', () => {
    const whole = run().trainer.steps;
    const { trainer, evaluated } = run({ from: 5 });
    expect(trainer.steps.map(({ batch }) => batch)).toEqual(
      whole.slice(5).map(({ batch }) => batch),
    );
    expect(trainer.steps[0]?.step).toBe(1);
    expect(trainer.steps[0]?.rateFactor).toBe(1 / 6);
    expect(evaluated).toEqual([5, 10, 20, 25]);
  });

  it.each<[string, (stepsDone: number) => number, number]>([
    ['the first', (done) => done, 0],
    ['in between', (done) => Math.abs(done - 10), 10],
    ['the earliest of equals', (done) => (done < 10 ? 1 : 0.5), 10],
    ['the last', (done) => -done, 25],
  ])('keeps which test examples were correct at the early stop, %s', (_which, loss, stop) => {
    const { times } = run({ trainer: new RecordingTrainer(loss) });
    const expected = [0, 1, 2, 3].map((example) => (example === stop % 4 ? 1 : 0));
    expect([...times.correctAtEarlyStop]).toEqual(expected);
  });

  it.each<[string, number, (stepsDone: number) => number, number[]]>([
    ['every second evaluation', 20, (done) => 1 + done, [0, 20, 25]],
    ['improvements only', Infinity, (done) => Math.abs(done - 10), [0, 10, 25]],
    ['improvements and every second evaluation', 20, (done) => -done, [0, 10, 20, 25]],
  ])('is evaluated on the test set at %s, and at the end', (_which, testInterval, loss, tested) => {
    const found = run({ trainer: new RecordingTrainer(loss), testInterval });
    expect(found.tested).toEqual(tested);
    expect(found.evaluated).toEqual([0, 10, 20, 25]);
  });

  it('stops when it is told to', () => {
    expect(() => run({ stopAt: 7 })).toThrow('stopped after 7 of 25 iterations');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'ends with a clear error when the loss is %s',
    (loss) => {
      const trainer = new RecordingTrainer((done) => (done < 10 ? 1 : loss));
      expect(() => run({ trainer })).toThrow(`the validation loss is ${loss} after 10 iterations`);
    },
  );
});
