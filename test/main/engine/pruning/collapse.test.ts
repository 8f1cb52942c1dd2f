import { describe, expect, it } from 'vitest';
import type { NetworkSpec } from '../../../../src/main/engine/layers/spec.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { checkNoCollapse, collapseWarnings } from '../../../../src/main/engine/pruning/collapse.ts';
import { smallResnet } from '../../../support/small-resnet.ts';
import { networkOfWidths } from './layouts.ts';

// fc1.kernel [4, 3] and output.kernel [3, 2].
const network = networkOfWidths(4, 3, 2);
const warningsOf = (before: Uint8Array, after: Uint8Array, of: NetworkSpec = network) =>
  collapseWarnings(of, layoutOf(of), before, after);
const keeping = (first: number, second: number) =>
  Uint8Array.from({ length: 18 }, (_, index) =>
    (index < 12 ? index < first : index - 12 < second) ? 1 : 0,
  );

const resnet = smallResnet();
const resnetLayout = layoutOf(resnet);
const whole = () => new Uint8Array(resnetLayout.prunableCount).fill(1);
/** A mask of the small ResNet that keeps everything except these layers. */
function without(...layers: string[]): Uint8Array {
  const mask = whole();
  for (const { layer, maskOffset, size } of resnetLayout.prunable) {
    if (layers.includes(layer)) mask.fill(0, maskOffset, maskOffset + size);
  }
  return mask;
}

describe('a warning before layer collapse', () => {
  it('names the layer whose outputs can no longer all have a weight', () => {
    expect(warningsOf(keeping(12, 6), keeping(2, 2))).toEqual([
      'the next level keeps 2 of the 12 weights of fc1.kernel, fewer than its 3 outputs: the layer is close to collapse',
    ]);
  });

  it('comes once, when that begins', () => {
    expect(warningsOf(keeping(2, 6), keeping(1, 2))).toEqual([]);
    expect(warningsOf(keeping(12, 6), keeping(3, 2))).toEqual([]);
  });
});

describe('a warning of a network without a path', () => {
  // The only weights left of fc1 lead to unit 0; those of the output layer come from unit 1.
  const cutOff = Uint8Array.of(1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0);

  it('comes although every layer has weights', () => {
    expect(warningsOf(keeping(12, 6), cutOff)).toEqual([
      'the next level leaves no path of kept weights from the input to the output: whatever the example, its network gives the same answer',
    ]);
  });

  it('comes once, when that begins', () => {
    const fewer = cutOff.slice();
    fewer[0] = 0;
    expect(warningsOf(cutOff, fewer)).toEqual([
      'the next level keeps 2 of the 12 weights of fc1.kernel, fewer than its 3 outputs: the layer is close to collapse',
    ]);
  });

  it('does not come where one weight leads to another', () => {
    const connected = cutOff.slice();
    connected[12] = 1;
    expect(warningsOf(keeping(12, 6), connected)).toEqual([]);
  });
});

describe('layers without a weight', () => {
  it('end a search where nothing passes around them', () => {
    expect(() => {
      checkNoCollapse(network, layoutOf(network), keeping(12, 0));
    }).toThrow(
      'pruning leaves none of the 6 weights of output.kernel: nothing can pass through that layer',
    );
    for (const layer of ['conv2d1', 'output']) {
      expect(() => {
        checkNoCollapse(resnet, resnetLayout, without(layer, 'residual1.conv1'));
      }).toThrow(`weights of ${layer}.kernel: nothing can pass`);
    }
  });

  it.each([
    ['residual1.conv1'],
    ['residual1.conv1', 'residual1.conv2'],
    ['residual2.conv2'],
    ['residual2.projection'],
    ['residual1.conv1', 'residual2.conv1', 'residual2.conv2'],
  ])('end nothing beside a living shortcut, but are named: %s', (...layers) => {
    const mask = without(...layers);
    expect(() => {
      checkNoCollapse(resnet, resnetLayout, mask);
    }).not.toThrow();
    expect(warningsOf(whole(), mask, resnet)).toEqual(
      layers.map(
        (layer) =>
          expect.stringMatching(
            new RegExp(
              String.raw`^the next level keeps none of the \d+ weights of ${layer}\.kernel: only what passes around that layer is left$`,
            ),
          ) as string,
      ),
    );
    expect(warningsOf(mask, mask, resnet)).toEqual([]);
  });

  it('end a search where body and projection of a block are both without', () => {
    expect(() => {
      checkNoCollapse(resnet, resnetLayout, without('residual2.conv2', 'residual2.projection'));
    }).toThrow('pruning leaves none of the 324 weights of residual2.conv2.kernel');
  });
});
