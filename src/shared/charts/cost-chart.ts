/** Accuracy against total training cost: what a smaller ticket saves, its search included. */
import { groupBy } from '../group-by.ts';
import { largest } from '../extremes.ts';
import type { Cost, CostPoint } from '../ticket/search-costs.ts';
import { TICKET_BRANCH } from '../domain/training.ts';
import type { ChartDescription, LineDescription } from './chart-description.ts';
import { type BandedPoint, describeReplicates } from './line-chart.ts';
import { seriesDash } from './palette.ts';
import { rangeOf } from './ranges.ts';

export type CostMeasure = 'seconds' | 'multiplyAdds';

const TITLES: Readonly<Record<CostMeasure, string>> = {
  seconds: 'Training and evaluation so far (s)',
  multiplyAdds: 'Multiply-adds of kept weights in training so far',
};

/**
 * A line for each branch, a point for each level.
 *
 * @param subject the search.
 * @param points by branch and level.
 */
export function costChart(
  subject: string,
  points: readonly CostPoint[],
  measure: CostMeasure,
): ChartDescription {
  const isKnown = points.every(({ total }) => total[measure] !== undefined);
  const shown = isKnown ? measure : 'seconds';
  const costOf = (cost: Cost): number => cost[shown] ?? 0;
  const branches = [...groupBy(points, ({ branch }) => branch)];
  const lines = branches.map(([branch, own], index): LineDescription => ({
    kind: 'banded',
    label: branch === TICKET_BRANCH ? `${branch}, its search included` : branch,
    points: own.map(({ accuracy, total }) => bandedPoint(costOf(total), accuracy)),
    colour: index,
    dash: seriesDash(index),
  }));
  const tickets = points.filter(({ branch }) => branch === TICKET_BRANCH);
  const alone: LineDescription = {
    kind: 'line',
    label: 'ticket, its training alone',
    points: tickets.map(({ accuracy, own }) => ({ x: costOf(own), y: accuracy.mean * 100 })),
    colour: 'reference',
    dash: [2, 3],
  };
  const dense = tickets.find(({ level }) => level === 0);
  const most = largest(points.map(({ total }) => costOf(total)));
  const replicates = largest(points.map((point) => point.replicates));
  return {
    kind: 'lines',
    title: 'Test accuracy against training cost',
    subtitle: `${subject}, N = ${describeReplicates(Math.max(0, replicates))}; a point for each level; line: mean, band: min to max; costs are means over replicates`,
    lines: [
      ...lines,
      ...(tickets.length > 1 ? [alone] : []),
      ...(dense
        ? [
            {
              kind: 'reference' as const,
              label: 'dense',
              y: dense.accuracy.mean * 100,
              from: 0,
              to: most,
            },
          ]
        : []),
    ],
    xTitle: TITLES[shown],
    yTitle: 'Test accuracy at the early stop (%)',
    x: { min: 0 },
  };
}

function bandedPoint(x: number, { values }: CostPoint['accuracy']): BandedPoint {
  return { x, ...rangeOf(values.map((value) => value * 100)) };
}
