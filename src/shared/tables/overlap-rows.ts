/** The overlap of masks as rows of tables: two searches at a density that both have. */
import { densityOf } from '../charts/overlap-chart.ts';
import type { SearchOverlap, SearchOverlapPair } from '../contract/records/analyses.ts';
import { type Spread, spreadOf } from '../domain/statistics.ts';

export interface OverlapRow {
  readonly pair: SearchOverlapPair;
  /** `A and B` */
  readonly names: string;
  /** Fraction of prunable weights kept: the mean of both. */
  readonly density: number;
  /** `2 and 1`: the levels of both. */
  readonly levels: string;
  /** Over replicates: Jaccard indices, 0..1. */
  readonly overlap: Spread;
  /** Expected by chance at the same layer densities: the mean over replicates. */
  readonly expected: number;
}

export function overlapRows({ searches, pairs }: SearchOverlap): OverlapRow[] {
  const nameAt = (index: number): string => searches[index]?.name ?? '';
  return pairs.map((pair) => ({
    pair,
    names: `${nameAt(pair.one)} and ${nameAt(pair.other)}`,
    density: densityOf(pair),
    levels: `${pair.level} and ${pair.otherLevel}`,
    overlap: spreadOf([...pair.overlaps]),
    expected: spreadOf([...pair.expected]).mean,
  }));
}

/** The same with other names, such as those that tell searches of one name apart. */
export function renamed(
  overlap: SearchOverlap,
  names: Readonly<Record<string, string>>,
): SearchOverlap {
  const rename = <Named extends { readonly id: string; readonly name: string }>(one: Named) => ({
    ...one,
    name: names[one.id] ?? one.name,
  });
  return {
    ...overlap,
    searches: overlap.searches.map(rename),
    leftOut: overlap.leftOut.map(rename),
  };
}
