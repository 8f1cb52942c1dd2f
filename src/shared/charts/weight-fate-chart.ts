/** Initial against final values of weights, survivors against pruned (Zhou et al. 2019, figure 3). */
import { largest } from '../extremes.ts';
import type { FateGroup, WeightFate } from '../ticket/weight-fate.ts';
import type { ColourRole, PictureDescription } from './chart-description.ts';
import { pictureLayer } from './picture.ts';

export type ShownFates = 'both' | 'survivors' | 'pruned';

const LABELS = { survivors: 'Survivors in a cell', pruned: 'Pruned weights in a cell' } as const;
const COLOURS: Readonly<Record<keyof typeof LABELS, ColourRole>> = { survivors: 0, pruned: 1 };

/** @param subject says which training and tensor it is. */
export function weightFateChart(
  subject: string,
  fate: WeightFate,
  shown: ShownFates = 'both',
): PictureDescription {
  const { bins } = fate;
  // One scale, so that colours of both groups compare.
  const most = Math.max(1, largest(fate.survivors.histogram), largest(fate.pruned.histogram));
  const { right, top } = edgesOf(fate);
  return {
    kind: 'picture',
    title: 'Initial against final weights',
    subtitle: `${subject}; colours by the logarithm of the number of weights`,
    width: bins,
    height: bins,
    extent: { left: -right, right, top, bottom: -top },
    layers: groupsOf(shown).map((group) =>
      pictureLayer(LABELS[group], COLOURS[group], fromTheTop(fate[group], bins), most, true),
    ),
    xTitle: 'Initial weight',
    yTitle: 'Final weight',
    x: { min: -right, max: right, includesBounds: false },
    y: { min: -top, max: top, includesBounds: false },
  };
}

/**
 * The weights in the cell at a place of the chart.
 *
 * @param layer of the chart.
 */
export function weightsAt(
  fate: WeightFate,
  shown: ShownFates,
  layer: number,
  x: number,
  y: number,
): number | undefined {
  const { right, top } = edgesOf(fate);
  const binOf = (value: number, largestValue: number): number =>
    Math.min(fate.bins - 1, Math.floor(((value + largestValue) / (2 * largestValue)) * fate.bins));
  const group = groupsOf(shown)[layer];
  return group && fate[group].histogram[binOf(y, top) * fate.bins + binOf(x, right)];
}

function groupsOf(shown: ShownFates): ('survivors' | 'pruned')[] {
  return (['survivors', 'pruned'] as const).filter((group) => shown === 'both' || shown === group);
}

/** An axis needs a length also where all values are 0. */
function edgesOf({ largestInitial, largestFinal }: WeightFate) {
  return {
    right: largestInitial === 0 ? 1 : largestInitial,
    top: largestFinal === 0 ? 1 : largestFinal,
  };
}

/** Rows of the histogram ascend, those of a picture begin at its top. */
function fromTheTop({ histogram }: FateGroup, bins: number): Uint32Array {
  const rows = new Uint32Array(histogram.length);
  for (let row = 0; row < bins; row += 1) {
    rows.set(histogram.subarray(row * bins, (row + 1) * bins), (bins - 1 - row) * bins);
  }
  return rows;
}
