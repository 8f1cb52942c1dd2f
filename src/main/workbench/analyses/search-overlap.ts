/** Mask overlap between searches: computed from stored masks on request. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type {
  SearchOverlap,
  SearchOverlapPair,
} from '../../../shared/contract/records/analyses.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import { countKept, type Mask, unpackMask } from '../../../shared/domain/mask.ts';
import { maskOverlap } from '../../../shared/domain/mask-overlap.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import { groupBy } from '../../../shared/group-by.ts';
import type { Store } from '../../store/store.ts';

interface Compared {
  readonly id: string;
  readonly name: string;
  readonly layout: ParameterLayout;
  /** Finished tickets of pruned levels. */
  readonly tickets: readonly TrainingKey[];
}

/**
 * Each pair of searches, at each level that both have, replicate by replicate.
 *
 * @throws WorkbenchError `not-found`; `conflict` naming the tensor in which two networks differ.
 */
export function searchOverlap(store: Store, ids: readonly string[]): SearchOverlap {
  const searches = ids.map((id): Compared => {
    const search = store.searches.get(id);
    const tickets = store.trainings
      .keys(search.id)
      .filter(({ branch, level }) => branch === TICKET_BRANCH && level > 0);
    return { id: search.id, name: search.name, layout: store.searches.layout(search.id), tickets };
  });
  const [first, ...rest] = searches;
  if (!first) throw new WorkbenchError('invalid-argument', 'no searches were given');
  for (const other of rest) checkSameNetwork(first, other);
  const maskOf = (search: Compared, key: TrainingKey): Mask =>
    unpackMask(store.trainings.mask(search.id, key), search.layout.prunableCount);
  return {
    searches: searches.map(({ id, name }) => ({ id, name })),
    tensors: first.layout.prunable.map(({ name }) => name),
    pairs: searches.flatMap((one, index) =>
      searches
        .slice(index + 1)
        .flatMap((other, offset) =>
          comparePair({ one, other, index, otherIndex: index + 1 + offset, maskOf }),
        ),
    ),
  };
}

/** @throws WorkbenchError `conflict` naming the tensor in which two networks differ. */
export function checkSameNetwork(
  one: Pick<Compared, 'id' | 'layout'>,
  other: Pick<Compared, 'id' | 'layout'>,
): void {
  const tensors = one.layout.prunable;
  const others = other.layout.prunable;
  const show = (tensor: (typeof tensors)[number] | undefined): string =>
    tensor ? `${tensor.name} [${tensor.shape.join(', ')}]` : 'no such tensor';
  for (let index = 0; index < Math.max(tensors.length, others.length); index += 1) {
    const here = show(tensors[index]);
    const there = show(others[index]);
    if (here === there) continue;
    throw new WorkbenchError(
      'conflict',
      `the masks of ${one.id} and ${other.id} can't be compared: tensor ${index + 1} is ${here} in one and ${there} in the other`,
      'Compare searches of one network.',
    );
  }
}

interface PairParts {
  readonly one: Compared;
  readonly other: Compared;
  readonly index: number;
  readonly otherIndex: number;
  maskOf(search: Compared, key: TrainingKey): Mask;
}

function comparePair({ one, other, index, otherIndex, maskOf }: PairParts): SearchOverlapPair[] {
  const shared = one.tickets.filter((key) =>
    other.tickets.some(
      ({ level, replicate }) => level === key.level && replicate === key.replicate,
    ),
  );
  const levels = [...groupBy(shared, ({ level }) => level)].toSorted(([a], [b]) => a - b);
  return levels.map(([level, keys]) => {
    const compared = keys.map((key) => {
      const mask = maskOf(one, key);
      const otherMask = maskOf(other, key);
      return {
        ...maskOverlap(mask, otherMask, one.layout.prunable),
        density: countKept(mask) / mask.length,
        otherDensity: countKept(otherMask) / otherMask.length,
      };
    });
    const meanOf = (pick: (overlap: (typeof compared)[number]) => Float64Array): Float64Array =>
      Float64Array.from(one.layout.prunable, (_tensor, tensor) => {
        const values = compared.map((overlap) => pick(overlap)[tensor]!);
        return values.reduce((sum, value) => sum + value, 0) / values.length;
      });
    return {
      one: index,
      other: otherIndex,
      level,
      densities: Float64Array.from(compared, ({ density }) => density),
      otherDensities: Float64Array.from(compared, ({ otherDensity }) => otherDensity),
      replicates: Uint32Array.from(keys, ({ replicate }) => replicate),
      overlaps: Float64Array.from(compared, ({ overlap }) => overlap),
      expected: Float64Array.from(compared, ({ expected }) => expected),
      expectedGlobally: Float64Array.from(compared, ({ expectedGlobally }) => expectedGlobally),
      tensorOverlaps: meanOf(({ tensorOverlaps }) => tensorOverlaps),
      tensorExpected: meanOf(({ tensorExpected }) => tensorExpected),
    };
  });
}
