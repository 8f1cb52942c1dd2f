import type { LayerDefinition } from '../definition.ts';
import type { LayerForm } from '../form.ts';
import { reject } from '../shapes.ts';
import type { LayerKind, LayerSpec, LayerSpecs } from '../spec.ts';
import { averagePool } from './average-pool.ts';
import { batchNorm } from './batch-norm.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { dropout } from './dropout.ts';
import { flatten } from './flatten.ts';
import { globalAveragePool } from './global-average-pool.ts';
import { maxPool } from './max-pool.ts';
import { relu } from './relu.ts';
import { residual } from './residual.ts';
import { zeroPaddingShortcut } from './zero-padding-shortcut.ts';

/** Every kind of layer, in the order in which a form offers them. */
export const layerKinds: { readonly [Kind in LayerKind]: LayerDefinition<LayerSpecs[Kind]> } = {
  dense,
  conv2d,
  residual,
  'max-pool': maxPool,
  'average-pool': averagePool,
  'global-average-pool': globalAveragePool,
  'batch-norm': batchNorm,
  relu,
  flatten,
  dropout,
  'zero-padding-shortcut': zeroPaddingShortcut,
};

const byKind: ReadonlyMap<string, LayerDefinition<LayerSpec>> = new Map(Object.entries(layerKinds));

/** @throws WorkbenchError `invalid-settings` for an unknown kind. */
export function layerKind(kind: string): LayerDefinition<LayerSpec> {
  const definition = byKind.get(kind);
  if (definition === undefined) {
    reject(`there is no kind of layer "${kind}"; there are ${[...byKind.keys()].join(', ')}`);
  }
  return definition;
}

/** @throws WorkbenchError `invalid-settings` for a layer of an unknown kind. */
export const definitionOf = ({ kind }: LayerSpec): LayerDefinition<LayerSpec> => layerKind(kind);

/** The kinds that the architecture `custom` offers, by their names. */
export const layerForms: ReadonlyMap<string, LayerForm> = new Map(
  [...byKind].flatMap(([kind, { form }]) => (form === undefined ? [] : [[kind, form]])),
);
