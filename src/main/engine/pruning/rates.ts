/** A strategy's settings about layers, applied to a network. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { layerKind } from '../layers/kinds/index.ts';
import type { ParameterLayout, ParameterSpec } from '../../../shared/domain/layout.ts';
import type { LayerwiseRates, Protection } from './hparams.ts';

/**
 * Checks that the network has the layers that settings name.
 *
 * @throws WorkbenchError `invalid-settings` naming the setting and the network's layers.
 */
export function checkLayerNames(
  layout: ParameterLayout,
  { excludedLayers = [], layerFractions = {} }: Protection & Partial<LayerwiseRates>,
): void {
  const layers = layout.prunable.map(({ layer }) => layer);
  const check = (setting: string, names: readonly string[]): void => {
    const unknown = names.find((name) => !layers.includes(name));
    if (unknown === undefined) return;
    throw new WorkbenchError(
      'invalid-settings',
      `pruning.strategy.${setting} names the layer "${unknown}"; expected one of ${layers.join(', ')}`,
    );
  };
  check('excludedLayers', excludedLayers);
  check('layerFractions', Object.keys(layerFractions));
}

export function isExcluded({ layer }: ParameterSpec, { excludedLayers }: Protection): boolean {
  return excludedLayers?.includes(layer) ?? false;
}

/** The fewest weights that a tensor keeps; all of them if it is excluded. */
export function floorOf(parameter: ParameterSpec, protection: Protection): number {
  if (isExcluded(parameter, protection)) return parameter.size;
  return Math.ceil((protection.layerFloor ?? 0) * parameter.size);
}

/** The fraction of a tensor's survivors that a round prunes; 0 if it is excluded. */
export function fractionOf(parameter: ParameterSpec, rates: LayerwiseRates): number {
  if (isExcluded(parameter, rates)) return 0;
  const own = rates.layerFractions?.[parameter.layer];
  if (own !== undefined) return own;
  if (parameter.isOutput) return rates.outputFraction;
  const { isConvolution } = layerKind(parameter.layerKind);
  return isConvolution ? (rates.convFraction ?? rates.fraction) : rates.fraction;
}
