import { describe, expect, it } from 'vitest';
import { BatchOrder } from '../../../../src/main/engine/training/batches.ts';
import { type LoopState, runTraining } from '../../../../src/main/engine/training/loop.ts';
import type { Score, Trainer, TrainerState } from '../../../../src/main/engine/training/trainer.ts';

/** Stands in for an engine. It records its steps and scores by a given rule. */
class RecordingTrainer implements Trainer {
  readonly layout = { parameters: [], prunable: [], parameterCount: 0, prunableCount: 0 };
  readonly steps: { batch: number[]; step: number; rateFactor: number }[] = [];
  stepsBefore = 0;
  readonly #loss: (stepsDone: number) => number;

  constructor(loss: (stepsDone: number) => number = () => 1) {
    this.#loss = loss;
  }

  get #done(): number {
    return this.stepsBefore + this.steps.length;
  }

  start(): void {
    this.steps.length = 0;
  }

  step(batch: Int32Array, step: number, rateFactor: number): void {
    this.steps.push({ batch: [...batch], step, rateFactor });
  }

  scoreValidation(): Score {
    return { loss: this.#loss(this.#done), accuracy: 0.5 };
  }

  /** After i steps, test example i mod 4 is the correct one. */
  scoreTest(correct?: Uint8Array): Score {
    correct?.fill(0).fill(1, this.#done % 4, (this.#done % 4) + 1);
    return { loss: 2, accuracy: 0.25 };
  }

  weights(): Float32Array {
    return new Float32Array();
  }

  visitState(): void {
    return;
  }

  save(): TrainerState {
    return { parameters: Float32Array.of(this.steps.length), slots: [] };
  }

  restore({ parameters: [done = 0] }: TrainerState): void {
    this.stepsBefore = done;
  }

  dispose(): void {
    this.steps.length = 0;
  }
}

interface RunOptions {
  readonly from?: number;
  readonly trainer?: RecordingTrainer;
  readonly stopAt?: number;
  readonly testInterval?: number;
  readonly resumed?: LoopState;
  onStop?(what: Stopped): void;
}

function run(options: RunOptions = {}) {
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
    resumed: options.resumed,
    evaluateEvery: 10,
    testInterval: options.testInterval ?? 10,
    testExamples: 4,
    rateFactor: (iteration) => 1 / (1 + iteration),
    onEvaluation: ({ iteration, testLoss, testAccuracy }) => {
      evaluated.push(iteration);
      if (testLoss !== undefined && testAccuracy !== undefined) tested.push(iteration);
    },
    onIteration: (iteration, state) => {
      iterations.push(iteration);
      if (iteration === options.stopAt) options.onStop?.({ trainer, evaluated, state: state() });
      return iteration !== options.stopAt;
    },
  });
  return { trainer, evaluated, tested, iterations, times };
}

interface Stopped {
  readonly trainer: RecordingTrainer;
  readonly evaluated: readonly number[];
  readonly state: LoopState;
}

function stopped(options: RunOptions): Stopped {
  let left: Stopped | undefined;
  const onStop = (what: Stopped): void => {
    left = what;
  };
  expect(() => run({ ...options, onStop })).toThrow('stopped after');
  return left!;
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

  it('continues after any step as if it had not stopped there', () => {
    const loss = (done: number): number => Math.abs(done - 12);
    const whole = run({ from: 5, trainer: new RecordingTrainer(loss) });
    for (let stopAt = 6; stopAt <= 25; stopAt += 1) {
      const first = stopped({ from: 5, stopAt, trainer: new RecordingTrainer(loss) });
      const trainer = new RecordingTrainer(loss);
      trainer.restore({ parameters: Float32Array.of(stopAt - 5), slots: [] });
      const rest = run({ from: 5, trainer, resumed: first.state });

      expect([...first.trainer.steps, ...trainer.steps]).toEqual(whole.trainer.steps);
      expect([...first.evaluated, ...rest.evaluated]).toEqual(whole.evaluated);
      expect(rest.times.correctAtEarlyStop).toEqual(whole.times.correctAtEarlyStop);
      const { trainingMilliseconds, evaluationMilliseconds } = first.state;
      expect(rest.times.trainingMilliseconds).toBeGreaterThanOrEqual(trainingMilliseconds);
      expect(rest.times.evaluationMilliseconds).toBeGreaterThanOrEqual(evaluationMilliseconds);
    }
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'ends with a clear error when the loss is %s',
    (loss) => {
      const trainer = new RecordingTrainer((done) => (done < 10 ? 1 : loss));
      expect(() => run({ trainer })).toThrow(`the validation loss is ${loss} after 10 iterations`);
    },
  );
});
