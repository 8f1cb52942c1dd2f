import { describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import { engineByRule } from '../../../../src/main/workbench/running/engine-rule.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';

function layoutFor(architecture: { readonly id: string; readonly widths?: readonly number[] }) {
  const isSmall = ['lenet-300-100', 'lenet-5', 'mlp'].includes(architecture.id);
  const shape = isSmall ? [28, 28, 1] : [32, 32, 3];
  return layoutOf(architectures.get(architecture.id).build(architecture, shape, 10));
}

const MLP = { id: 'mlp', widths: [1000, 1000] };

/** The engine of every tensor pruned to this density. */
function engineOf(architecture: { readonly id: string }, batchSize: number, density: number) {
  const layout = layoutFor(architecture);
  const counts = layout.prunable.map(({ size }) => Math.round(size * density));
  return engineByRule(layout, { scope: 'layer', counts }, batchSize);
}

describe('the rule of engines', () => {
  it.each([
    [{ id: 'mlp', widths: [20] }, 60, 1, 'sparse'],
    [{ id: 'lenet-300-100' }, 60, 1, 'sparse'],
    [{ id: 'lenet-300-100' }, 128, 1, 'dense'],
    [{ id: 'lenet-300-100' }, 128, 0.8, 'sparse'],
    [{ id: 'lenet-300-100' }, 512, 0.8, 'dense'],
    [{ id: 'lenet-300-100' }, 512, 0.64, 'sparse'],
    [{ id: 'lenet-300-100' }, 1024, 0.64, 'dense'],
    [MLP, 60, 0.64, 'dense'],
    [MLP, 60, 0.5, 'sparse'],
    [MLP, 256, 0.5, 'dense'],
    [MLP, 256, 0.4, 'sparse'],
    [{ id: 'lenet-5' }, 60, 1, 'sparse'],
    [{ id: 'lenet-5' }, 256, 1, 'dense'],
    [{ id: 'conv-2' }, 60, 0.64, 'dense'],
    [{ id: 'conv-2' }, 60, 0.5, 'sparse'],
    [{ id: 'resnet-20' }, 128, 0.64, 'dense'],
    [{ id: 'resnet-20' }, 128, 0.51, 'sparse'],
  ] as const)('gives %j in batches of %d at a density of %d: %s', (network, batch, density, id) => {
    expect(engineOf(network, batch, density)).toBe(id);
  });

  it.each(['conv-2', 'resnet-20', 'vgg-11'])(
    'trains the dense network of %s on the dense engine',
    (id) => {
      for (const batchSize of [1, 60, 1024]) {
        expect(engineByRule(layoutFor({ id }), undefined, batchSize)).toBe('dense');
      }
    },
  );

  it('looks at the convolutions, which cost most, and not at the many weights after them', () => {
    const layout = layoutFor({ id: 'conv-2' });
    const onlyDenseLayers = layout.prunable.map(({ size, layerKind }) =>
      layerKind === 'conv2d' ? size : Math.round(size / 100),
    );
    expect(engineByRule(layout, { scope: 'layer', counts: onlyDenseLayers }, 60)).toBe('dense');
  });

  it('never changes back on the way down', () => {
    const settings = tinySettings({ pruning: { levels: 20 } });
    for (const { id } of architectures.entries.filter((entry) => entry.id !== 'custom')) {
      const layout = layoutFor(id === 'mlp' ? MLP : { id });
      const engines = plannedTargets(settings.pruning, layout).map((target) =>
        engineByRule(layout, target, 60),
      );
      const first = engines.indexOf('sparse');
      expect(first, id).toBeGreaterThanOrEqual(0);
      expect(engines.slice(first), id).not.toContain('dense');
    }
  });
});
