/** A run of a reproduction against density, from its summary: searches and sweeps look alike. */
import { smallest } from '../extremes.ts';
import { groupBy } from '../group-by.ts';
import { spreadOf } from '../domain/statistics.ts';
import type { BranchMeasurements, RunSummary } from '../published/summary.ts';
import type { Markers } from '../published/markers.ts';
import type { ChartDescription, LineDescription } from './chart-description.ts';
import { againstDensity, type DensityChart, withWarnings } from './density-chart.ts';
import { describeReplicates } from './line-chart.ts';
import { seriesDash } from './palette.ts';
import { rangeOf } from './ranges.ts';

const SHOWN: Readonly<
  Record<
    DensityChart,
    {
      readonly title: string;
      readonly axis: string;
      readonly scale: number;
      valuesOf(branch: BranchMeasurements): readonly number[];
    }
  >
> = {
  accuracy: {
    title: 'Test accuracy at the early stop',
    axis: 'Test accuracy (%)',
    scale: 100,
    valuesOf: ({ testAccuracyAtEarlyStop }) => testAccuracyAtEarlyStop,
  },
  'early-stop': {
    title: 'Early-stop iteration',
    axis: 'Early stop (iteration)',
    scale: 1,
    valuesOf: ({ earlyStopIteration }) => earlyStopIteration,
  },
};

/** @returns undefined before the first dense training has finished. */
export function reproductionChart(
  run: RunSummary,
  chart: DensityChart,
  title: string,
  markers: Markers,
): ChartDescription | undefined {
  const { title: quantity, axis, scale, valuesOf } = SHOWN[chart];
  const measured = run.levels.flatMap(({ density, branches }) =>
    Object.entries(branches).map(([branch, own]) => {
      const values = valuesOf(own).map((value) => value * scale);
      const { mean } = spreadOf(values);
      return { branch, point: { x: density * 100, ...rangeOf(values), mean } };
    }),
  );
  const dense = measured.find(({ branch }) => branch === 'dense')?.point;
  if (!dense) return undefined;
  const branches = groupBy(
    measured.filter(({ branch }) => branch !== 'dense'),
    ({ branch }) => branch,
  );
  const lines = [...branches].map(([branch, own], index): LineDescription => ({
    kind: 'banded',
    label: branch,
    points: [dense, ...own.map(({ point }) => point)],
    colour: index,
    dash: seriesDash(index),
  }));
  const densities = run.levels.map(({ density }) => density);
  const least = smallest(densities);
  const replicates = run.levels[0]?.branches['dense']?.replicates.length ?? 0;
  return againstDensity(
    {
      title: `${quantity}: ${title}`,
      yTitle: axis,
      subtitle: withWarnings(
        `N = ${describeReplicates(replicates)}; line: mean, band: min to max`,
        markers,
      ),
      lines: [
        ...lines,
        { kind: 'reference', label: 'dense', y: dense.mean, from: 100, to: least * 100 },
      ],
    },
    densities,
    { markers, branches: [...branches.keys()] },
  );
}
