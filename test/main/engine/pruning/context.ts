import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import type { ParameterLayout } from '../../../../src/shared/domain/layout.ts';
import { fullyConnected } from '../../../../src/main/engine/architectures/fully-connected.ts';
import { Sensitivity } from '../../../../src/main/engine/pruning/sensitivity/sensitivity.ts';
import type { PruningContext } from '../../../../src/main/engine/pruning/strategy.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';

/** What a strategy is given: everything kept, every weight zero, unless it is said otherwise. */
export function pruningContext(
  layout: ParameterLayout,
  known: Partial<PruningContext> = {},
): PruningContext {
  const zeros = new Float32Array(layout.parameterCount);
  const { initial = zeros } = known;
  return {
    network: fullyConnected([12], [], 3),
    layout,
    mask: new Uint8Array(layout.prunableCount).fill(1),
    trained: zeros,
    initial,
    rewindPoint: initial,
    movement: new Float64Array(layout.parameterCount),
    sensitivity: new Sensitivity(
      new Kernels(),
      fullyConnected([12], [], 3),
      tinyDataset(),
      Int32Array.from({ length: 240 }, (_, index) => index),
    ),
    random: rng('pruning'),
    ...known,
  };
}
