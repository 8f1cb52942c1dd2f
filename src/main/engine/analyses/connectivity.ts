import { z } from 'zod';
import type { ColourRole, LineDescription } from '../../../shared/charts/chart-description.ts';
import { levelAxis } from '../../../shared/charts/overlap-chart.ts';
import { PAIR_DASH } from '../../../shared/charts/palette.ts';
import { rangeOf } from '../../../shared/charts/ranges.ts';
import { trainingAt, type TrainingPlace } from '../../../shared/domain/analysis.ts';
import { cellText } from '../../../shared/domain/analysis-report.ts';
import { countKept } from '../../../shared/domain/mask.ts';
import { type Group, groupBy } from '../../../shared/group-by.ts';
import { type AnalysisChart, defineAnalysis } from './analysis.ts';
import {
  branchesHparam,
  chosenLevels,
  levelsHparam,
  placeName,
  replicatesOf,
  trainingPlaces,
} from './hparams.ts';
import { findLivePaths } from './live-paths.ts';
import type { LayerPaths } from './paths.ts';
import {
  amount,
  branchColumn,
  type Column,
  column,
  mean,
  NO_PATH,
  rowsAt,
  tableOf,
} from './report.ts';

/** One layer with a kernel; its units are output neurons or output channels. */
interface LayerConnectivity {
  readonly layer: string;
  readonly weights: number;
  readonly kept: number;
  /** Kept weights on a path of kept weights from the input to a logit. */
  readonly effective: number;
  readonly units: number;
  /** Units that no such path goes through. */
  readonly deadUnits: number;
  /** Dead units that no input feature reaches: their output is constant. */
  readonly unreachedUnits: number;
  /** Dead units that no logit depends on. */
  readonly unreadUnits: number;
}

export interface ConnectivityResult extends TrainingPlace {
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** Fraction of prunable weights that are kept and on a live path. */
  readonly effectiveDensity: number;
  /** Features of an example. */
  readonly inputs: number;
  /** Features that no live path starts from. */
  readonly deadInputs: number;
  /** In the network's order. */
  readonly layers: readonly LayerConnectivity[];
}

/** The cost of a unit, roughly, in optimizer steps: one pass over the weights for one example. */
const STEPS = 10;

/** Masks as graphs: densities by layer, effective density, and units without a live path. */
export const connectivity = defineAnalysis({
  id: 'connectivity',
  label: 'Connectivity',
  description:
    'Densities by layer, effective density (kept weights on a live path from input to output) and dead units.',
  hparams: z.object({ levels: levelsHparam, branches: branchesHparam }),
  plan({ levels, branches }, { settings }) {
    const chosen = chosenLevels('connectivity', levels, settings);
    const places = trainingPlaces('connectivity', branches, chosen, settings);
    return replicatesOf(settings).flatMap((replicate) =>
      places.map((each) => {
        const place: TrainingPlace = { replicate, ...each };
        const needs = [{ array: 'mask', key: trainingAt(place) } as const];
        return { name: placeName(place), place, needs, steps: STEPS };
      }),
    );
  },
  run(_hparams, place, { network, layout, mask }): ConnectivityResult {
    const kept = mask('mask', trainingAt(place));
    const paths = findLivePaths(network, layout, kept);
    const byLayer = new Map(paths.layers.map((layer) => [layer.layer, layer]));
    const layers = layout.prunable.map(({ layer, maskOffset, size }): LayerConnectivity => {
      const end = maskOffset + size;
      return {
        layer,
        weights: size,
        kept: countKept(kept.subarray(maskOffset, end)),
        effective: countKept(paths.effective.subarray(maskOffset, end)),
        ...countDead(byLayer.get(layer)!),
      };
    });
    return {
      ...place,
      density: countKept(kept) / layout.prunableCount,
      effectiveDensity: countKept(paths.effective) / layout.prunableCount,
      inputs: paths.inputs.length,
      deadInputs: paths.inputs.length - countKept(paths.inputs),
      layers,
    };
  },
  rows(result) {
    const place = trainingAt(result);
    return [
      ...rowsAt({ ...place, part: 'all' }, [
        ['density', 'fraction kept', result.density],
        ['effective density', 'fraction kept', result.effectiveDensity],
        ['inputs', 'features', result.inputs],
        ['dead inputs', 'features', result.deadInputs],
      ]),
      ...result.layers.flatMap((layer) =>
        rowsAt({ ...place, part: layer.layer }, [
          ['weights', 'weights', layer.weights],
          ['kept', 'weights', layer.kept],
          ['effective', 'weights', layer.effective],
          ['units', 'units', layer.units],
          ['dead units', 'units', layer.deadUnits],
          ['unreached units', 'units', layer.unreachedUnits],
          ['unread units', 'units', layer.unreadUnits],
        ]),
      ),
    ];
  },
  summarize(results) {
    const groups = [...groupBy(results, ({ level, branch = '' }) => `${level}/${branch}`).values()];
    const [{ layers }] = results;
    const deadColumns = layers.map(({ layer, units }, index): Column<Group<ConnectivityResult>> =>
      column(`dead in ${layer}`, 'mean', (group) => {
        const dead = mean(group, (result) => result.layers[index]!.deadUnits);
        return `${cellText(dead, 'mean')}/${units}`;
      }),
    );
    const table = tableOf<Group<ConnectivityResult>>(
      [
        column('level', 'number', ([{ level }]) => level),
        ...branchColumn(results),
        column('density', 'percent', (group) => mean(group, ({ density }) => density)),
        column('effective', 'percent', (group) =>
          mean(group, ({ effectiveDensity }) => effectiveDensity),
        ),
        column('dead inputs', 'mean', (group) => mean(group, ({ deadInputs }) => deadInputs)),
        ...deadColumns,
      ],
      groups,
    );
    const replicates = groups[0]?.length ?? 0;
    return {
      tables: [table],
      notes: [
        'Effective: kept weights on a path of kept weights from an input to a logit.',
        `Dead units have no such path; mean over ${amount(replicates, 'replicate')}.`,
        ...groups.flatMap((group) => {
          const cutOff = group.filter(({ effectiveDensity }) => effectiveDensity === 0);
          if (cutOff.length === 0) return [];
          const [{ level, branch }] = group;
          const place = `Level ${level}${branch === undefined ? '' : `, ${branch}`}`;
          return `${place}: ${NO_PATH} in ${cutOff.length} of ${amount(group.length, 'replicate')}; its answers do not depend on the example.`;
        }),
      ],
    };
  },
  charts: [layerDensitiesChart()],
});

/** Percent. */
const TICKS = [100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01];

/**
 * Mean density of each layer by level, and mean effective density (dashed). The network and each of
 * its layers have these two lines; branches have only the two of the whole network.
 */
function layerDensitiesChart(): AnalysisChart<ConnectivityResult> {
  return {
    id: 'connectivity',
    title: 'Density by layer: kept and effective',
    describe(results, { name }) {
      const byBranch = [...groupBy(results, (result) => trainingAt(result).branch).values()];
      const layers = results[0]?.layers.map(({ layer }) => layer) ?? [];
      const lines = byBranch.flatMap((own, order): LineDescription[] => {
        const { branch } = own[0];
        const [network, colour] =
          branch === undefined
            ? (['network', 'text'] as const)
            : ([`network, ${branch}`, layers.length + order] as const);
        return [
          ...linePair(own, network, colour, {
            kept: ({ density }) => density,
            effective: ({ effectiveDensity }) => effectiveDensity,
          }),
          ...(branch === undefined ? layers : []).flatMap((layer, index) =>
            linePair(own, layer, index, {
              kept: (result) => shareOf(result, index, 'kept'),
              effective: (result) => shareOf(result, index, 'effective'),
            }),
          ),
        ];
      });
      const replicates = new Set(results.map(({ replicate }) => replicate)).size;
      return {
        kind: 'lines',
        title: `Density and effective density by layer: ${name}`,
        subtitle: `N = ${amount(replicates, 'replicate')}, means; effective (dashed): kept weights on a live path from input to output`,
        lines,
        xTitle: 'Level',
        yTitle: 'Weights of the layer (%)',
        x: levelAxis(results.map(({ level }) => level)),
        y: { max: 100, logarithmicTicks: TICKS },
      };
    },
  };
}

type Share = (result: ConnectivityResult) => number;

/** Fractions of weights by level. */
function linePair(
  results: readonly ConnectivityResult[],
  label: string,
  colour: ColourRole,
  { kept, effective }: { readonly kept: Share; readonly effective: Share },
): LineDescription[] {
  const along = (share: Share) =>
    [...groupBy(results, ({ level }) => level)]
      .toSorted(([one], [other]) => one - other)
      .map(([level, group]) => ({ x: level, y: rangeOf(group.map(share)).mean * 100 }))
      // A logarithmic axis cannot show 0, so the line ends there.
      .filter(({ y }) => y > 0);
  return [
    { kind: 'line', label, points: along(kept), colour },
    {
      kind: 'line',
      label: `${label}, effective`,
      points: along(effective),
      colour,
      dash: PAIR_DASH,
      isMinor: true,
    },
  ];
}

function shareOf(
  { layers }: ConnectivityResult,
  index: number,
  count: 'kept' | 'effective',
): number {
  const layer = layers[index]!;
  return layer[count] / layer.weights;
}

function countDead({ units, reached, read, live }: LayerPaths) {
  return {
    units,
    deadUnits: units - countKept(live),
    unreachedUnits: units - countKept(reached),
    unreadUnits: units - countKept(read),
  };
}
