import { z } from 'zod';
import type { LineDescription } from '../../../shared/charts/chart-description.ts';
import { chanceLine, levelAxis, OVERLAP_AXES } from '../../../shared/charts/overlap-chart.ts';
import { extentOf } from '../../../shared/charts/ranges.ts';
import type { AnalysisUnit, MaskPlace } from '../../../shared/domain/analysis.ts';
import type { ReportTable } from '../../../shared/domain/analysis-report.ts';
import { type MaskOverlap, maskOverlap } from '../../../shared/domain/mask-overlap.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import { type Group, groupBy } from '../../../shared/group-by.ts';
import { defineAnalysis } from './analysis.ts';
import { chosenLevels, levelsHparam, replicatesOf } from './hparams.ts';
import { amount, column, mean, rowsAt, spread, tableOf } from './report.ts';

interface MaskPair extends MaskOverlap {
  readonly one: MaskPlace;
  readonly other: MaskPlace;
}

/** The masks of one level in all replicates, or of one replicate at all levels, pair by pair. */
export interface MaskOverlapResult {
  readonly between: 'replicates' | 'levels';
  /** The names of the prunable tensors, in order. */
  readonly tensors: readonly string[];
  /** Whether the search prunes each tensor by itself, or all weights together. */
  readonly scope: 'layer' | 'global';
  readonly pairs: readonly MaskPair[];
}

interface Place {
  readonly between: 'replicates' | 'levels';
  readonly masks: readonly MaskPlace[];
}

const keyOf = (place: MaskPlace): TrainingKey => ({ ...place, branch: TICKET_BRANCH });

/** The rough cost of a pair of masks, in optimizer steps. */
const STEPS_A_PAIR = 2;

const unitOf = (
  name: string,
  between: Place['between'],
  masks: readonly MaskPlace[],
): AnalysisUnit<Place> => ({
  name,
  place: { between, masks },
  needs: masks.map((mask) => ({ array: 'mask', key: keyOf(mask) })),
  steps: (STEPS_A_PAIR * masks.length * (masks.length - 1)) / 2,
});

/**
 * Jaccard overlap of the masks of tickets. Between replicates it shows whether different
 * initialisations lead to the same connections. The masks of one replicate's levels are nested, so
 * between levels it is the ratio of their densities.
 */
export const maskOverlapAnalysis = defineAnalysis({
  id: 'mask-overlap',
  label: 'Mask overlap',
  description:
    'How many weights the tickets of replicates and levels share (Jaccard index), compared with chance.',
  hparams: z.object({ levels: levelsHparam }),
  plan({ levels }, { settings }) {
    const chosen = chosenLevels('mask-overlap', levels, settings, 1);
    const replicates = replicatesOf(settings);
    const betweenReplicates = chosen.map((level) =>
      unitOf(
        `replicates at level ${level}`,
        'replicates',
        replicates.map((replicate) => ({ replicate, level })),
      ),
    );
    const betweenLevels = replicates.map((replicate) =>
      unitOf(
        `levels of replicate ${replicate + 1}`,
        'levels',
        chosen.map((level) => ({ replicate, level })),
      ),
    );
    return [...betweenReplicates, ...betweenLevels].filter(({ place }) => place.masks.length > 1);
  },
  run(_hparams, { between, masks }, { layout, targets, mask, advance }): MaskOverlapResult {
    const pairs: MaskPair[] = [];
    for (const [index, one] of masks.entries()) {
      const first = mask('mask', keyOf(one));
      for (const other of masks.slice(index + 1)) {
        const second = mask('mask', keyOf(other));
        pairs.push({ one, other, ...maskOverlap(first, second, layout.prunable) });
        advance(STEPS_A_PAIR);
      }
    }
    return {
      between,
      tensors: layout.prunable.map(({ name }) => name),
      scope: targets.some(({ scope }) => scope === 'global') ? 'global' : 'layer',
      pairs,
    };
  },
  rows: ({ tensors, pairs }) =>
    pairs.flatMap((pair) => {
      const place = {
        replicate: pair.one.replicate,
        level: pair.one.level,
        otherReplicate: pair.other.replicate,
        otherLevel: pair.other.level,
      };
      return [
        ...rowsAt({ ...place, part: 'all' }, [
          ['overlap', 'Jaccard', pair.overlap],
          ['expected overlap', 'Jaccard', pair.expected],
          ['expected overlap, layers ignored', 'Jaccard', pair.expectedGlobally],
        ]),
        ...tensors.flatMap((part, tensor) =>
          rowsAt({ ...place, part }, [
            ['overlap', 'Jaccard', pair.tensorOverlaps[tensor]!],
            ['expected overlap', 'Jaccard', pair.tensorExpected[tensor]!],
          ]),
        ),
      ];
    }),
  summarize: (results) => ({
    tables: [...tableBetween('replicates', results), ...tableBetween('levels', results)],
    notes: [
      'Overlap (Jaccard): weights that both masks keep, as a fraction of those that either keeps; mean [min, max] over pairs.',
    ],
  }),
  charts: [
    {
      id: 'mask-overlap',
      title: 'Overlap of masks between replicates',
      describe(results, { name }) {
        const chosen = results.filter(({ between }) => between === 'replicates');
        if (chosen.length === 0) return undefined;
        const byLevel = groupBy(
          chosen.flatMap(({ pairs }) => pairs),
          ({ one }) => one.level,
        );
        const along = (pick: (pair: MaskPair) => number) =>
          [...byLevel].map(([level, pairs]) => ({
            x: level,
            ...extentOf(pairs.map((pair) => pick(pair) * 100)),
          }));
        const isGlobal = chosen.some(({ scope }) => scope === 'global');
        const [first = []] = byLevel.values();
        const lines: LineDescription[] = [
          {
            kind: 'banded',
            label: 'overlap',
            points: along(({ overlap }) => overlap),
            colour: 0,
          },
          chanceLine(
            'by chance, same layer densities',
            along(({ expected }) => expected),
            'reference',
          ),
        ];
        if (isGlobal) {
          const chance = along(({ expectedGlobally }) => expectedGlobally);
          const label = 'by chance, same overall density';
          lines.push(chanceLine(label, chance, 1, [6, 3]));
        }
        return {
          kind: 'lines',
          title: `Mask overlap between replicates: ${name}`,
          subtitle: `N = ${amount(first.length, 'pair')} of replicates per level; line: mean, band: min to max`,
          lines,
          ...OVERLAP_AXES,
          x: levelAxis([...byLevel.keys()]),
        };
      },
    },
  ],
});

/** A row for every level, or for every two levels of one replicate. */
function tableBetween(
  between: MaskOverlapResult['between'],
  results: readonly MaskOverlapResult[],
): ReportTable[] {
  const own = results.filter((result) => result.between === between);
  const pairs = own.flatMap((result) => result.pairs);
  if (pairs.length === 0) return [];
  const isByLevel = between === 'replicates';
  const name = ({ one, other }: MaskPair): string =>
    isByLevel ? String(one.level) : `${one.level} and ${other.level}`;
  return [
    tableOf<Group<MaskPair>>(
      [
        column(isByLevel ? 'level' : 'levels', 'number', ([first]) => name(first)),
        column('overlap', 'percent', (group) => spread(group, ({ overlap }) => overlap)),
        column('by chance', 'percent', (group) => mean(group, ({ expected }) => expected)),
        column('by chance, ignoring layers', 'percent', (group) =>
          mean(group, ({ expectedGlobally }) => expectedGlobally),
        ),
        column('pairs', 'number', (group) => group.length),
      ],
      [...groupBy(pairs, name).values()],
      isByLevel ? 'Between replicates' : 'Between levels of one replicate',
    ),
  ];
}
