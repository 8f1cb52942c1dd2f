/** The fraction of weights that each layer keeps, by level, and how many of them lie on a live path. */
import { type ConnectivityResult, trainingAt } from '../domain/analysis.ts';
import { describeReplicates, type LineChart, lineChart, type LineDataset } from './line-chart.ts';
import { levelAxis } from './overlap-chart.ts';
import { type ChartTheme, LIGHT_THEME, PAIR_DASH, seriesColour } from './palette.ts';
import { groupBy, rangeOf } from './ranges.ts';

/** In percent. */
const TICKS = [100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01];

/**
 * Two lines for the network and for every layer, means over replicates: the density and, dashed, the
 * effective density. Other branches have only the lines for the network.
 */
export function connectivityChart(
  results: readonly ConnectivityResult[],
  name: string,
  theme: ChartTheme = LIGHT_THEME,
): LineChart {
  const byBranch = groupBy(results, (result) => trainingAt(result).branch);
  const axis = levelAxis(results.map(({ level }) => level));
  const layers = results[0]?.layers.map(({ layer }) => layer) ?? [];
  const line = (
    own: readonly ConnectivityResult[],
    label: string,
    colour: string,
    isEffective: boolean,
    pick: (result: ConnectivityResult) => number,
  ): LineDataset => ({
    label,
    // A logarithmic axis has no 0, so the line ends there.
    data: groupBy(own, ({ level }) => level)
      .toSorted((one, other) => one[0].level - other[0].level)
      .map((group) => ({ x: group[0].level, y: rangeOf(group.map(pick)).mean * 100 }))
      .filter(({ y }) => y > 0),
    borderColor: colour,
    backgroundColor: colour,
    borderDash: isEffective ? [...PAIR_DASH] : [],
    borderWidth: isEffective ? 1.5 : 2,
    pointRadius: isEffective ? 0 : 2.5,
  });
  const linesByLayer = (own: readonly ConnectivityResult[]): LineDataset[] =>
    layers.flatMap((layer, index) => {
      const colour = seriesColour(theme, index);
      return [
        line(own, layer, colour, false, (result) => share(result, index, 'kept')),
        line(own, `${layer}, effective`, colour, true, (result) =>
          share(result, index, 'effective'),
        ),
      ];
    });
  const lines = byBranch.flatMap((own, order) => {
    const { branch } = own[0];
    const [network, colour] =
      branch === undefined
        ? ['network', theme.text]
        : [`network, ${branch}`, seriesColour(theme, layers.length + order)];
    return [
      line(own, network, colour, false, ({ density }) => density),
      line(own, `${network}, effective`, colour, true, (result) => result.effectiveDensity),
      ...(branch === undefined ? linesByLayer(own) : []),
    ];
  });
  const replicates = new Set(results.map(({ replicate }) => replicate)).size;
  return lineChart(
    {
      title: `Density and effective density by layer: ${name}`,
      subtitle: `N = ${describeReplicates(replicates)}, means; effective (dashed): kept weights on a live path from input to output`,
      datasets: lines,
      xTitle: 'Level',
      yTitle: 'Weights of the layer (%)',
      x: axis,
      y: {
        type: 'logarithmic',
        max: 100,
        ticks: { callback: (value) => String(Number(Number(value).toPrecision(3))) },
        afterBuildTicks: (axis) => {
          axis.ticks = TICKS.filter((value) => value >= axis.min).map((value) => ({ value }));
        },
      },
    },
    theme,
  );
}

function share({ layers }: ConnectivityResult, index: number, count: 'kept' | 'effective'): number {
  const layer = layers[index]!;
  return layer[count] / layer.weights;
}
