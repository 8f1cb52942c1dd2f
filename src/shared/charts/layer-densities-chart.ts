/** Layer by level: the density of every layer, and its effective density beside it. */
import { largest, smallest } from '../extremes.ts';
import type { ChartDescription } from './chart-description.ts';
import type { HeatCell } from './heat-map.ts';

/** The densities of all layers at one level. */
export interface LevelDensities {
  readonly level: number;
  /** `[layers]`: fraction of weights kept. */
  readonly densities: readonly number[];
  /**
   * `[layers]`: fraction of weights that are kept and lie on a path of kept weights from input to
   * output. Undefined if it is not known (yet).
   */
  readonly effective: readonly number[] | undefined;
}

/**
 * @param subject says which trainings it shows.
 * @param layers names, from the input to the output.
 */
export function layerDensitiesChart(
  subject: string,
  layers: readonly string[],
  levels: readonly LevelDensities[],
): ChartDescription {
  const cells = levels.flatMap(({ densities, effective }, column) =>
    densities.flatMap((density, layer): HeatCell[] => {
      const own = effective?.[layer];
      if (own === undefined) return [cell(column - 0.5, column + 0.5, layer, density, 'kept')];
      return [
        cell(column - 0.5, column, layer, density, 'kept'),
        cell(column, column + 0.5, layer, own, 'effective'),
      ];
    }),
  );
  return {
    kind: 'heat-map',
    title: 'Density by layer and level',
    subtitle: `${subject}; left half: weights kept; right half: kept and on a path of kept weights from input to output (effective density)`,
    cells,
    isLogarithmic: isOverDecades(cells),
    valueTitle: 'Density (%)',
    xTitle: 'Level',
    yTitle: 'Layer, from the input at the top',
    x: {
      min: -0.5,
      max: Math.max(1, levels.length) - 0.5,
      namedTicks: levels.map(({ level }, at) => ({ at, name: String(level) })),
    },
    y: {
      min: -0.5,
      max: layers.length - 0.5,
      isReversed: true,
      namedTicks: layers.map((name, at) => ({ at, name })),
    },
  };
}

/** On linear colours, all densities below a tenth of the largest would look alike. */
function isOverDecades(cells: readonly HeatCell[]): boolean {
  const values = cells.map(({ value }) => value).filter((value) => value > 0);
  return values.length > 0 && largest(values) > 10 * smallest(values);
}

function cell(
  left: number,
  right: number,
  layer: number,
  density: number,
  quantity: 'kept' | 'effective',
): HeatCell {
  return {
    x: (left + right) / 2,
    y: layer,
    left,
    right,
    bottom: layer + 0.5,
    top: layer - 0.5,
    value: density * 100,
    quantity,
  };
}
