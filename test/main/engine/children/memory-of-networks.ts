/**
 * Trains a network for a few steps on the engine named on the command line, and writes the resident
 * bytes that come to those of the bare library:
 * `node --expose-gc memory-of-networks.ts ENGINE ARCHITECTURE BATCH`. Images are of CIFAR-10's size.
 */
import process from 'node:process';
import type { EngineId } from '../../../../src/shared/domain/engine.ts';
import { maskInPlace } from '../../../../src/shared/domain/mask.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { allocateExamples } from '../../../../src/main/engine/datasets/memory.ts';
import { initializers } from '../../../../src/main/engine/initializers/index.ts';
import { initialize } from '../../../../src/main/engine/initializers/initializer.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { ensureWasm } from '../../../../src/main/engine/sparse/build.ts';
import { createTrainer } from '../../../../src/main/engine/training/engines.ts';

const SHAPE = [32, 32, 3];
const CLASSES = 10;
const EXAMPLES = 2000;
const STEPS = 4;
const DENSITY = 0.2;

const [engine, id, size] = process.argv.slice(2) as [EngineId, string, string];
await ensureWasm();
const network = architectures.get(id).build({ id }, SHAPE, CLASSES);
const layout = layoutOf(network);
const random = rng('memory');
const examples = allocateExamples('noise', EXAMPLES, SHAPE);
for (let index = 0; index < examples.features.length; index += 1) {
  examples.features[index] = random.below(256);
}
const kernels = new Kernels();
kernels.warmUp();
const resident = (): number => {
  globalThis.gc?.();
  return process.memoryUsage.rss();
};
const bare = resident();
const trainer = createTrainer(engine, {
  kernels,
  network,
  optimizer: { id: 'momentum', learningRate: 0.01 },
  data: {
    dataset: {
      id: 'noise',
      shape: SHAPE,
      classes: CLASSES,
      train: examples,
      test: examples,
      fingerprint: '',
    },
    trainIndices: Int32Array.from({ length: EXAMPLES }, (_, index) => index),
    validationIndices: Int32Array.from({ length: EXAMPLES }, (_, index) => index),
  },
  batchSize: Number(size),
  loss: {},
});
const mask = Uint8Array.from({ length: layout.prunableCount }, () =>
  random.uniform() < DENSITY ? 1 : 0,
);
const choice = { id: 'he-normal' };
const weights = initialize(layout, initializers.get(choice.id).create(choice), random);
trainer.start(maskInPlace(layout, weights, mask), mask);
for (let step = 1; step <= STEPS; step += 1) {
  trainer.step(
    Int32Array.from({ length: Number(size) }, () => random.below(EXAMPLES)),
    step,
  );
}
trainer.scoreValidation();
console.log(resident() - bare);
trainer.dispose();
