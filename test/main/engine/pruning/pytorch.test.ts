import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { describe, expect, it } from 'vitest';
import type { LayerSpec } from '../../../../src/main/engine/layers/spec.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { strategies } from '../../../../src/main/engine/pruning/index.ts';
import { nextMask } from '../../../../src/main/engine/pruning/select.ts';
import { Sensitivity } from '../../../../src/main/engine/pruning/sensitivity/sensitivity.ts';
import { packMask } from '../../../../src/shared/domain/mask.ts';
import fixture from '../../../fixtures/pruning/scores.json' with { type: 'json' };
import {
  applyMask,
  hashes,
  initialParameters,
  networkOf,
  syntheticDataset,
} from '../../../fixtures/pytorch/fixture.ts';
import { pruningContext } from './context.ts';

/** Always looks at the first examples, as the fixture does. */
class FirstExamples extends Sensitivity {
  readonly #count: number;

  constructor(count: number, ...rest: ConstructorParameters<typeof Sensitivity>) {
    super(...rest);
    this.#count = count;
  }

  override drawExamples(): Int32Array {
    return Int32Array.from({ length: this.#count }, (_, index) => index);
  }
}

const cases = fixture.cases.flatMap((network) =>
  network.scored.map((scored) => ({ ...network, ...scored })),
);

describe('scores equal PyTorch’s to float32 rounding, and masks index by index', () => {
  it.each(cases)('$criterion, $name, $steps steps', (expected) => {
    const { inputShape, layers, examples, seed, criterion, isHalf, steps, keep } = expected;
    const network = networkOf(inputShape, layers as readonly LayerSpec[]);
    const layout = layoutOf(network);
    const count = layout.prunableCount;
    const dataset = syntheticDataset(inputShape);
    const weights = initialParameters(layout, seed);
    const mask = isHalf
      ? Uint8Array.from(hashes(77, count), (hash) => (hash < 2 ** 31 ? 1 : 0))
      : new Uint8Array(count).fill(1);
    const context = pruningContext(layout, {
      mask,
      initial: weights,
      trained: applyMask(layout, weights, mask),
      sensitivity: new FirstExamples(examples, new Kernels(), network, dataset, new Int32Array()),
    });
    const id = `global-${criterion}`;
    const strategy = strategies.get(id).create(criterion === 'taylor' ? { id } : { id, steps });

    const scores = strategy.score(context);
    for (const [sample, exact] of expected.scores.entries()) {
      const score = scores[sample * expected.spacing]!;
      // Scores are relative to the largest one, in float32.
      expect(Math.abs(score - exact / expected.largest)).toBeLessThanOrEqual(2 ** -24);
    }
    const next = nextMask(context, strategy, { scope: 'global', count: keep });
    expect(Buffer.from(packMask(next)).toString('hex')).toBe(expected.mask);
  });
});
