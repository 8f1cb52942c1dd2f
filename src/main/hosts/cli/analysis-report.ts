/** Results of analyses as tables. */
import type { SearchOverlap, SearchOverlapPair } from '../../../shared/contract/records.ts';
import {
  type AnalysisResult,
  type ConnectivityResult,
  type EarlyBirdMasks,
  type EarlyBirdResult,
  type InstabilityResult,
  type MaskOverlapResult,
  type MaskPair,
  type WeightMovementResult,
  trainingAt,
  type TrainingPlace,
} from '../../../shared/domain/analysis.ts';
import { spreadOf } from '../../../shared/domain/statistics.ts';
import { percent, percentSpread } from './format.ts';
import { type Column, table } from './table.ts';

/** The results of one analysis, which are all of one kind. */
export function describeAnalysis(results: readonly AnalysisResult[]): string {
  const [first] = results;
  switch (first?.kind) {
    case undefined:
      return 'No results yet.';
    case 'instability':
      return describeInstability(results as readonly InstabilityResult[]);
    case 'mask-overlap':
      return describeMaskOverlap(results as readonly MaskOverlapResult[]);
    case 'connectivity':
      return describeConnectivity(results as readonly ConnectivityResult[]);
    case 'weight-movement':
      return describeMovement(results as readonly WeightMovementResult[]);
    case 'early-bird':
      return describeEarlyBird(results as readonly EarlyBirdResult[]);
  }
}

/** Frankle et al. 2020: a network counts as stable if its barrier is below two points of error. */
const STABLE_BELOW = 0.02;

type Group<Item> = readonly [Item, ...Item[]];

/** Groups items with an equal `key`, in the order of each group's first item. */
function groups<Item>(items: readonly Item[], key: (item: Item) => string): Group<Item>[] {
  return [...Map.groupBy(items, key).values()] as unknown as Group<Item>[];
}

/** The mean and range of fractions, in percent. */
function spread<Item>(group: readonly Item[], pick: (item: Item) => number): string {
  return percentSpread(spreadOf(group.map(pick)));
}

function meanPercent<Item>(group: readonly Item[], pick: (item: Item) => number): string {
  return percent(spreadOf(group.map(pick)).mean);
}

const right = <Row>(heading: string, text: (row: Row) => string): Column<Row> => ({
  heading,
  align: 'right',
  text,
});

/** The column of branches; empty if every result belongs to the default branch. */
function branchColumn<Result extends TrainingPlace>(
  results: readonly Result[],
): Column<Group<Result>>[] {
  if (results.every(({ branch }) => branch === undefined)) return [];
  return [{ heading: 'branch', text: ([first]) => trainingAt(first).branch }];
}

function describeInstability(results: readonly InstabilityResult[]): string {
  type Row = Group<InstabilityResult>;
  const ends = ({ error }: InstabilityResult['test']): number => (error[0]! + error.at(-1)!) / 2;
  const columns: Column<Row>[] = [
    right('level', ([{ level }]) => String(level)),
    ...branchColumn(results),
    right('density', (group) => meanPercent(group, ({ density }) => density)),
    right('rewind', ([{ rewind }]) => String(rewind)),
    right('test error at the ends', (group) => spread(group, ({ test }) => ends(test))),
    right('test barrier', (group) => spread(group, ({ test }) => test.barrier)),
    right('train barrier', (group) => spread(group, ({ train }) => train.barrier)),
    {
      heading: 'stable',
      text: (group) => {
        const { mean } = spreadOf(group.map(({ test }) => test.barrier));
        return mean < STABLE_BELOW ? 'yes' : 'no';
      },
    },
  ];
  const rows = groups(results, ({ level, rewind, branch = '' }) => `${level}/${rewind}/${branch}`);
  return [
    table(columns, rows),
    '',
    `Barrier: the largest error on the line between two copies minus the mean of its ends; stable below ${percent(STABLE_BELOW, 0)}.`,
    `${results[0]!.alphas.length} points on each line; mean [min, max] over ${rows[0]!.length} replicate${rows[0]!.length === 1 ? '' : 's'}.`,
  ].join('\n');
}

function describeMaskOverlap(results: readonly MaskOverlapResult[]): string {
  const tableOf = (between: MaskOverlapResult['between']): string[] => {
    const pairs = results.filter((result) => result.between === between).flatMap((r) => r.pairs);
    if (pairs.length === 0) return [];
    const isByLevel = between === 'replicates';
    const name = ({ one, other }: MaskPair): string =>
      isByLevel ? String(one.level) : `${one.level} and ${other.level}`;
    const columns: Column<Group<MaskPair>>[] = [
      right(isByLevel ? 'level' : 'levels', ([first]) => name(first)),
      ...overlapColumns<MaskPair>(),
      right('pairs', (group) => String(group.length)),
    ];
    const title = isByLevel ? 'Between replicates:' : 'Between levels of one replicate:';
    return [title, table(columns, groups(pairs, name)), ''];
  };
  return [
    ...tableOf('replicates'),
    ...tableOf('levels'),
    'Overlap (Jaccard): weights that both masks keep, as a fraction of those that either keeps; mean [min, max] over pairs.',
  ].join('\n');
}

function overlapColumns<
  Item extends { overlap: number; expected: number; expectedGlobally: number },
>(): Column<Group<Item>>[] {
  return [
    right('overlap', (group) => spread(group, ({ overlap }) => overlap)),
    right('by chance', (group) => meanPercent(group, ({ expected }) => expected)),
    right('by chance, ignoring layers', (group) =>
      meanPercent(group, ({ expectedGlobally }) => expectedGlobally),
    ),
  ];
}

function describeConnectivity(results: readonly ConnectivityResult[]): string {
  type Row = Group<ConnectivityResult>;
  const names = results[0]!.layers.map(({ layer }) => layer);
  const columns: Column<Row>[] = [
    right('level', ([{ level }]) => String(level)),
    ...branchColumn(results),
    right('density', (group) => meanPercent(group, ({ density }) => density)),
    right('effective', (group) => meanPercent(group, ({ effectiveDensity }) => effectiveDensity)),
    right('dead inputs', (group) => meanCount(group, (result) => result.deadInputs)),
    ...names.map((name, layer) =>
      right<Row>(`dead in ${name}`, (group) => {
        const { units } = group[0].layers[layer]!;
        return `${meanCount(group, ({ layers }) => layers[layer]!.deadUnits)}/${units}`;
      }),
    ),
  ];
  const rows = groups(results, ({ level, branch = '' }) => `${level}/${branch}`);
  return [
    table(columns, rows),
    '',
    'Effective: kept weights on a path of kept weights from an input to a logit.',
    `Dead units have no such path; mean over ${rows[0]!.length} replicate${rows[0]!.length === 1 ? '' : 's'}.`,
  ].join('\n');
}

function meanCount<Item>(group: readonly Item[], pick: (item: Item) => number): string {
  const { mean } = spreadOf(group.map(pick));
  return Number.isInteger(mean) ? String(mean) : mean.toFixed(1);
}

function describeMovement(results: readonly WeightMovementResult[]): string {
  type Row = Group<WeightMovementResult>;
  const mean = (group: Row, pick: (all: WeightMovementResult['tensors'][0]) => number): string =>
    spreadOf(group.map(({ tensors }) => pick(tensors[0]!))).mean.toPrecision(3);
  const columns: Column<Row>[] = [
    right('level', ([{ level }]) => String(level)),
    ...branchColumn(results),
    right('survivors', (group) => mean(group, ({ survivors }) => survivors.count)),
    right('initial |w|', (group) => mean(group, ({ survivors }) => survivors.initial.mean)),
    right('final |w|', (group) => mean(group, ({ survivors }) => survivors.final.mean)),
    right('sign changes', (group) =>
      spread(group, ({ tensors }) => tensors[0]!.survivors.signChanges),
    ),
    right('pruned next', (group) => mean(group, ({ pruned }) => pruned.count)),
    right('initial |w| ', (group) => mean(group, ({ pruned }) => pruned.initial.mean)),
    right('final |w| ', (group) => mean(group, ({ pruned }) => pruned.final.mean)),
  ];
  const rows = groups(results, ({ level, branch = '' }) => `${level}/${branch}`);
  return [
    table(columns, rows),
    '',
    `Mean magnitudes over all prunable weights and ${rows[0]!.length} replicate${rows[0]!.length === 1 ? '' : 's'}. For single tensors and histograms, use --json or "ticket export --what analyses".`,
  ].join('\n');
}

function describeEarlyBird(results: readonly EarlyBirdResult[]): string {
  interface Item extends EarlyBirdMasks {
    readonly replicate: number;
    readonly iterations: Uint32Array;
  }
  const items = results.flatMap(({ replicate, iterations, levels }) =>
    levels.map((masks): Item => ({ ...masks, replicate, iterations })),
  );
  const columns: Column<Item>[] = [
    right('level', ({ level }) => String(level)),
    right('density', ({ density }) => percent(density)),
    right('replicate', ({ replicate }) => String(replicate + 1)),
    right('masks', ({ iterations }) => String(iterations.length)),
    right('first to last', ({ distances, iterations }) =>
      percent(distances[iterations.length - 1]!),
    ),
    right('by chance', ({ expected }) => percent(expected)),
    right('settled at iteration', ({ earlyBird }) => String(earlyBird ?? 'never')),
  ];
  const ordered = items.toSorted((one, other) => one.level - other.level);
  return [
    table(columns, ordered),
    '',
    'Distance: the fraction of prunable weights on which two masks disagree.',
  ].join('\n');
}

export function describeOverlap({ searches, pairs }: SearchOverlap): string {
  const columns: Column<SearchOverlapPair>[] = [
    { heading: 'searches', text: (pair) => `${pair.one + 1} and ${pair.other + 1}` },
    right('level', ({ level }) => String(level)),
    right('densities', ({ densities, otherDensities }) =>
      [densities, otherDensities].map((values) => percent(spreadOf([...values]).mean)).join(', '),
    ),
    right('overlap', ({ overlaps }) => percentSpread(spreadOf([...overlaps]))),
    right('by chance', ({ expected }) => percent(spreadOf([...expected]).mean)),
    right('by chance, ignoring layers', ({ expectedGlobally }) =>
      percent(spreadOf([...expectedGlobally]).mean),
    ),
    right('replicates', ({ replicates }) => String(replicates.length)),
  ];
  return [
    ...searches.map(({ id, name }, index) => `${index + 1}: ${name} (${id})`),
    '',
    pairs.length === 0
      ? 'No two of these searches have finished the same level.'
      : table(columns, pairs),
    '',
    'Overlap (Jaccard): weights that both masks keep, as a fraction of those that either keeps, replicate by replicate.',
  ].join('\n');
}
