import type { Mask } from '../../../shared/domain/mask.ts';
import type { NetworkSpec } from '../layers/spec.ts';
import { loadSparseModule } from '../sparse/kernels.ts';
import { SparseTrainer } from '../sparse/sparse-trainer.ts';
import { optimizers } from './optimizers/index.ts';
import type { TrainingData } from './trainer.ts';

/** Nothing is trained. Evaluation has memory for 32 examples, so this takes no more. */
const BATCH_SIZE = 32;

/**
 * The logits of the test examples, `[test examples, classes]`, of a network with these weights. The
 * sparse engine computes them: it needs no TensorFlow and gives the same bits on every machine.
 * `ensureSparseEngine(['strict'])` comes first.
 *
 * @param parameters in the layout's order; pruned weights are 0.
 */
export function testLogits(
  network: NetworkSpec,
  parameters: Float32Array,
  mask: Mask,
  data: TrainingData,
): Float32Array {
  const optimizer = optimizers.get('sgd').create({ id: 'sgd' });
  const module = loadSparseModule('strict');
  const trainer = new SparseTrainer(module, network, optimizer, data, BATCH_SIZE);
  trainer.start(parameters, mask);
  return trainer.testLogits();
}
