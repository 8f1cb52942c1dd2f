/** Mask overlap between searches: computed from stored masks on request. */
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type {
  LeftOutSearch,
  SearchesApart,
  SearchOverlap,
  SearchOverlapPair,
} from '../../../shared/contract/records/analyses.ts';
import {
  areEqualDensities,
  EQUAL_DENSITY_RATIO,
  EQUAL_DENSITY_WORDS,
  pairedDensities,
} from '../../../shared/domain/equal-densities.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import { countKept, type Mask, unpackMask } from '../../../shared/domain/mask.ts';
import { type MaskOverlap, maskOverlap } from '../../../shared/domain/mask-overlap.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import { groupBy } from '../../../shared/group-by.ts';
import { formatDensity } from '../../../shared/percent-text.ts';
import type { Store } from '../../store/store.ts';

interface Compared {
  readonly id: string;
  readonly name: string;
  readonly layout: ParameterLayout;
  /** Pruned levels at which a ticket has finished. */
  readonly levels: readonly TicketLevel[];
}

interface TicketLevel {
  readonly level: number;
  /** That of the first replicate: all keep as many weights as the level promises. */
  readonly density: number;
  /** By replicate, of those that have finished: the density. */
  readonly replicates: ReadonlyMap<number, number>;
}

export interface OverlapOptions {
  /** The search whose network the others must have. Default: the first. */
  readonly reference?: string | undefined;
  /** Only the pairs that it belongs to. Default: all pairs. */
  readonly isOnlyWithReference?: boolean;
}

/**
 * Pairs of searches at each density that both have, replicate by replicate. Searches that do not fit are
 * left out, with the reason.
 *
 * @throws WorkbenchError `not-found`; `invalid-argument` if no searches are given.
 */
export function searchOverlap(
  store: Store,
  ids: readonly string[],
  { reference: referenceId, isOnlyWithReference = false }: OverlapOptions = {},
): SearchOverlap {
  const given = ids.map((id) => comparedSearch(store, id));
  const wanted = referenceId === undefined ? undefined : store.searches.get(referenceId).id;
  const reference = given.find(({ id }) => id === wanted) ?? given[0];
  if (!reference) throw new WorkbenchError('invalid-argument', 'no searches were given');

  const reasons = new Map<Compared, string>();
  for (const search of given) {
    const reason = misfitOf(search, reference);
    if (reason !== undefined) reasons.set(search, reason);
  }
  const maskOf = (search: Compared, key: TrainingKey): Mask | undefined => {
    try {
      return unpackMask(store.trainings.mask(search.id, key), search.layout.prunableCount);
    } catch (cause) {
      reasons.set(search, messageOf(cause));
      return undefined;
    }
  };
  const fitting = given.filter((search) => !reasons.has(search));
  const found = fitting.flatMap((one, index) =>
    fitting
      .slice(index + 1)
      .filter((other) => !isOnlyWithReference || one === reference || other === reference)
      .map((other) => ({ one, other, ...comparePair(one, other, maskOf) })),
  );

  // Reading masks may have added some.
  const searches = fitting.filter((search) => !reasons.has(search));
  const kept = found.filter(({ one, other }) => !reasons.has(one) && !reasons.has(other));
  const placeOf = ({ one, other }: PairOfSearches) => ({
    one: searches.indexOf(one),
    other: searches.indexOf(other),
  });
  return {
    searches: searches.map(({ id, name, levels }) => ({
      id,
      name,
      levels: Uint32Array.from(levels, ({ level }) => level),
      densities: Float64Array.from(levels, ({ density }) => density),
    })),
    leftOut: [...reasons].map(([{ id, name }, reason]): LeftOutSearch => ({ id, name, reason })),
    tensors: reference.layout.prunable.map(({ name }) => name),
    densityRatio: EQUAL_DENSITY_RATIO,
    pairs: kept.flatMap((pair) => pair.levels.map((level) => ({ ...placeOf(pair), ...level }))),
    apart: kept.flatMap((pair): SearchesApart[] =>
      pair.reason === undefined ? [] : [{ ...placeOf(pair), reason: pair.reason }],
    ),
  };
}

interface PairOfSearches {
  readonly one: Compared;
  readonly other: Compared;
}

function comparedSearch(store: Store, givenId: string): Compared {
  const { id, name } = store.searches.get(givenId);
  const tickets = store.trainings
    .outcomes(id)
    .filter(({ key }) => key.branch === TICKET_BRANCH && key.level > 0);
  const levels = [...groupBy(tickets, ({ key }) => key.level)]
    .map(([level, own]): TicketLevel => {
      const replicates = new Map(own.map(({ key, density }) => [key.replicate, density]));
      return { level, density: own[0].density, replicates };
    })
    .toSorted((one, other) => one.level - other.level);
  return { id, name, layout: store.searches.layout(id), levels };
}

/** Why the masks of a search can't be compared with those of the reference; undefined if they can. */
function misfitOf(search: Compared, reference: Compared): string | undefined {
  const difference = networkDifference(search, reference);
  if (difference) {
    const { place, here, there } = difference;
    return `its network differs from that of ${reference.name}: tensor ${place} is ${here}, there ${there}`;
  }
  return search.levels.length === 0 ? 'no pruned level has finished' : undefined;
}

interface NetworkDifference {
  /** Counted from 1. */
  readonly place: number;
  readonly here: string;
  readonly there: string;
}

type WithLayout = Pick<Compared, 'id' | 'layout'>;

/** The first prunable tensor in which two networks differ. */
function networkDifference(one: WithLayout, other: WithLayout): NetworkDifference | undefined {
  const tensors = one.layout.prunable;
  const others = other.layout.prunable;
  const show = (tensor: (typeof tensors)[number] | undefined): string =>
    tensor ? `${tensor.name} [${tensor.shape.join(', ')}]` : 'missing';
  for (let index = 0; index < Math.max(tensors.length, others.length); index += 1) {
    const here = show(tensors[index]);
    const there = show(others[index]);
    if (here !== there) return { place: index + 1, here, there };
  }
  return undefined;
}

/** @throws WorkbenchError `conflict` naming the tensor in which two networks differ. */
export function checkSameNetwork(one: WithLayout, other: WithLayout): void {
  const difference = networkDifference(one, other);
  if (!difference) return;
  const { place, here, there } = difference;
  throw new WorkbenchError(
    'conflict',
    `the masks of ${one.id} and ${other.id} can't be compared: tensor ${place} is ${here} in one and ${there} in the other`,
    'Compare searches of one network.',
  );
}

type PairLevel = Omit<SearchOverlapPair, 'one' | 'other'>;

interface ComparedPair {
  readonly levels: readonly PairLevel[];
  /** Why there are none. */
  readonly reason?: string;
}

/** @returns undefined if the mask can't be read; why is kept. */
type MaskReader = (search: Compared, key: TrainingKey) => Mask | undefined;

function comparePair(one: Compared, other: Compared, maskOf: MaskReader): ComparedPair {
  const pairs = pairedDensities(densitiesOf(one), densitiesOf(other));
  if (pairs.length === 0) {
    const reason = `no density in common (${EQUAL_DENSITY_WORDS}): ${densityWords(one)}; ${densityWords(other)}`;
    return { levels: [], reason };
  }
  const levels: PairLevel[] = [];
  for (const [place, otherPlace] of pairs) {
    const level = one.levels[place]!;
    const otherLevel = other.levels[otherPlace]!;
    const replicates = [...level.replicates].flatMap(([replicate, density]) => {
      const theirs = otherLevel.replicates.get(replicate);
      return theirs !== undefined && areEqualDensities(density, theirs) ? [replicate] : [];
    });
    if (replicates.length === 0) continue;
    const masks = replicates.map((replicate) => [
      maskOf(one, { replicate, level: level.level, branch: TICKET_BRANCH }),
      maskOf(other, { replicate, level: otherLevel.level, branch: TICKET_BRANCH }),
    ]);
    const read = masks.flatMap(([own, theirs]) => (own && theirs ? [[own, theirs] as const] : []));
    if (read.length < masks.length) return { levels: [] };
    levels.push({
      level: level.level,
      otherLevel: otherLevel.level,
      replicates: Uint32Array.from(replicates),
      ...compareMasks(read, one.layout),
    });
  }
  if (levels.length > 0) return { levels };
  return { levels, reason: 'no replicate that both have finished at a density in common' };
}

/** @param masks `[replicates]`: those of both searches. */
function compareMasks(
  masks: readonly (readonly [Mask, Mask])[],
  { prunable }: ParameterLayout,
): Omit<PairLevel, 'level' | 'otherLevel' | 'replicates'> {
  const overlaps = masks.map(([one, other]) => maskOverlap(one, other, prunable));
  const meanOf = (pick: (overlap: MaskOverlap) => Float64Array): Float64Array =>
    Float64Array.from(prunable, (_tensor, tensor) => {
      const sum = overlaps.reduce((total, overlap) => total + pick(overlap)[tensor]!, 0);
      return sum / overlaps.length;
    });
  return {
    densities: Float64Array.from(masks, ([one]) => countKept(one) / one.length),
    otherDensities: Float64Array.from(masks, ([, other]) => countKept(other) / other.length),
    overlaps: Float64Array.from(overlaps, ({ overlap }) => overlap),
    expected: Float64Array.from(overlaps, ({ expected }) => expected),
    expectedGlobally: Float64Array.from(overlaps, ({ expectedGlobally }) => expectedGlobally),
    tensorOverlaps: meanOf(({ tensorOverlaps }) => tensorOverlaps),
    tensorExpected: meanOf(({ tensorExpected }) => tensorExpected),
  };
}

function densitiesOf({ levels }: Compared): number[] {
  return levels.map(({ density }) => density);
}

/** Longer lists are shown as a range. */
const MOST_DENSITIES = 4;

/** `80 %, 64 % and 51.2 % in A`, `20 densities from 80 % to 1.15 % in A` */
function densityWords(search: Compared): string {
  const texts = densitiesOf(search).map(formatDensity);
  const all =
    texts.length <= MOST_DENSITIES
      ? listed(texts)
      : `${texts.length} densities from ${texts[0]!} to ${texts.at(-1)!}`;
  return `${all} in ${search.name}`;
}

/** `80 %, 64 % and 51.2 %` */
function listed(texts: readonly string[]): string {
  const before = texts.slice(0, -1);
  return before.length === 0 ? texts.join() : `${before.join(', ')} and ${texts.at(-1)!}`;
}
