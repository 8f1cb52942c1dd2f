import type { EngineId, StepTimes } from '../../../shared/domain/engine.ts';
import { type Mask, maskInPlace } from '../../../shared/domain/mask.ts';
import { rng, shuffleInPlace } from '../../../shared/rng.ts';
import { type FillKernel, initialize } from '../initializers/initializer.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import { BatchOrder } from './batches.ts';
import type { Trainer, TrainingData } from './trainer.ts';

const BLOCKS = 3;
/** Long enough for the timer's resolution, and short enough that nobody has to wait. */
const BLOCK_MILLISECONDS = 25;

/**
 * The time of a step on each engine, in milliseconds, if every prunable tensor keeps this many
 * weights at random places. The engines take turns, and the fastest of a few blocks counts.
 *
 * @param keptCounts one count for each prunable tensor.
 */
export function measureStepTimes(
  trainers: ReadonlyMap<EngineId, Trainer>,
  layout: ParameterLayout,
  keptCounts: readonly number[],
  fill: FillKernel,
  data: TrainingData,
  batchSize: number,
): StepTimes {
  const { weights, mask } = randomSubnetwork(layout, keptCounts, fill);
  for (const trainer of trainers.values()) trainer.start(weights, mask);

  const order = new BatchOrder(data.trainIndices, ['calibration']);
  const batch = new Int32Array(batchSize);
  const fastest = new Map<EngineId, number>();
  let step = 0;
  for (let block = 0; block <= BLOCKS; block += 1) {
    for (const [engine, trainer] of trainers) {
      const start = performance.now();
      let steps = 0;
      let elapsed = 0;
      while (elapsed < BLOCK_MILLISECONDS) {
        order.fill(steps, batch);
        step += 1;
        steps += 1;
        trainer.step(batch, step);
        elapsed = performance.now() - start;
      }
      // The first block warms up caches and compilers.
      if (block === 0) continue;
      fastest.set(engine, Math.min(fastest.get(engine) ?? Infinity, elapsed / steps));
    }
  }
  return Object.fromEntries(fastest);
}

/** A network in which every prunable tensor keeps this many weights, at random places. */
export function randomSubnetwork(
  layout: ParameterLayout,
  keptCounts: readonly number[],
  fill: FillKernel,
): { readonly weights: Float32Array; readonly mask: Mask } {
  const random = rng('calibration');
  const mask = new Uint8Array(layout.prunableCount);
  for (const [index, { maskOffset, size }] of layout.prunable.entries()) {
    mask.fill(1, maskOffset, maskOffset + keptCounts[index]!);
    shuffleInPlace(mask.subarray(maskOffset, maskOffset + size), random);
  }
  return { weights: maskInPlace(layout, initialize(layout, fill, random), mask), mask };
}
