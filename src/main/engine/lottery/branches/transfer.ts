import { z } from 'zod';
import { countKept } from '../../../../shared/domain/mask.ts';
import { derivedFrom, entrySchema } from '../../../../shared/domain/definition.ts';
import { datasetSettings } from '../../../../shared/domain/settings.ts';
import { shuffleInPlace } from '../../../../shared/rng.ts';
import { datasets } from '../../datasets/index.ts';
import { normalizations } from '../../normalizations/index.ts';
import { optimizers } from '../../training/optimizers/index.ts';
import { defineBranch } from './branch.ts';

/** Rebuilt when another dataset, normalisation or optimizer has been registered. */
const settingsOfTransfers = derivedFrom([datasets, normalizations, optimizers], () => {
  const common = datasetSettings({ normalizations });
  return z.object({
    dataset: entrySchema(datasets, {
      ...common,
      validation: common.validation.unwrap().optional().meta({
        title: 'Validation examples',
        description: 'Taken from the target’s training set. By default as many as in the search.',
        unit: 'examples',
      }),
    })
      .optional()
      .meta({
        title: 'Target dataset',
        description: 'Its examples must have the same shape. By default the search’s own dataset.',
      }),
    optimizer: entrySchema(optimizers, {})
      .optional()
      .meta({ title: 'Target optimizer', description: 'By default the search’s own optimizer.' }),
  });
});

/**
 * Morcos et al. 2019, "One ticket to win them all": does a ticket also help elsewhere? If the
 * number of classes differs, the output layer does not fit. Its weights are then drawn anew, as in
 * the paper, and its mask is drawn at random at the layer's density, so the ticket stays as sparse.
 */
export const transfer = defineBranch({
  id: 'transfer',
  label: 'Transfer',
  description:
    'The ticket, trained on another dataset or with another optimizer, and compared with the dense network there.',
  get hparams() {
    return settingsOfTransfers();
  },
  keepsDensity: false,
  isTrained: true,
  prepare({ layout, mask, rewindPoint, target, random }) {
    if (!target) throw new Error('a transfer needs a target and got none');
    const sources = new Map(layout.parameters.map((parameter) => [parameter.name, parameter]));
    const sourceOf = (name: string) => sources.get(name)!;
    const drawnAnew = new Set(
      target.layout.parameters
        .filter(({ name, shape }) => String(shape) !== String(sourceOf(name).shape))
        .map(({ layer }) => layer),
    );

    const weights = target.initial.slice();
    for (const { name, layer, offset, size } of target.layout.parameters) {
      const source = sourceOf(name);
      if (drawnAnew.has(layer)) continue;
      weights.set(rewindPoint.subarray(source.offset, source.offset + size), offset);
    }
    const carried = new Uint8Array(target.layout.prunableCount);
    for (const { name, layer, maskOffset, size } of target.layout.prunable) {
      const source = sourceOf(name);
      const given = mask.subarray(source.maskOffset, source.maskOffset + source.size);
      const own = carried.subarray(maskOffset, maskOffset + size);
      if (!drawnAnew.has(layer)) {
        own.set(given);
        continue;
      }
      own.fill(1, 0, Math.ceil((countKept(given) * size) / source.size));
      shuffleInPlace(own, random);
    }
    return { weights, mask: carried };
  },
});
