/** Which level of each search a sweep's page talks about. */
import type { BranchSeries, SearchSeries } from '../contract/records/search-results.ts';
import { TICKET_BRANCH } from '../domain/training.ts';
import { formatDensity } from '../percent-text.ts';

/** Densities are fractions of prunable weights kept. */
export type SweepTarget =
  | { readonly kind: 'last' }
  | { readonly kind: 'level'; readonly level: number }
  | { readonly kind: 'density'; readonly density: number };

export const LAST_TICKET: SweepTarget = { kind: 'last' };

/** A level of a search, with the density of its ticket. */
export interface TargetLevel {
  readonly level: number;
  readonly density: number;
}

/** The level of a search that is meant; undefined if its ticket has not been trained. */
export function targetLevel(
  series: SearchSeries | undefined,
  target: SweepTarget,
): TargetLevel | undefined {
  const tickets = ticketLevels(series);
  switch (target.kind) {
    case 'last':
      return tickets.at(-1);
    case 'level':
      return tickets.find(({ level }) => level === target.level);
    case 'density':
      return tickets.reduce<TargetLevel | undefined>(
        (best, ticket) =>
          best && distance(best, target.density) <= distance(ticket, target.density)
            ? best
            : ticket,
        undefined,
      );
  }
}

/** Densities are apart as on their axis, which is logarithmic. */
function distance({ density }: TargetLevel, wanted: number): number {
  return Math.abs(Math.log(density / wanted));
}

/** The levels with a trained ticket, from the densest on. Level 0 is the dense network. */
export function ticketLevels(series: SearchSeries | undefined): TargetLevel[] {
  const ticket = branchOf(series, TICKET_BRANCH);
  if (!ticket) return [];
  return Array.from(ticket.levels, (level, index) => ({
    level,
    density: ticket.densities[index]!,
  })).filter(({ level }) => level > 0);
}

export function branchOf(series: SearchSeries | undefined, name: string): BranchSeries | undefined {
  return series?.branches.find(({ branch }) => branch === name);
}

/** `level 3`, `the last level`, `the density nearest to 20 %` */
export function describeTarget(target: SweepTarget): string {
  switch (target.kind) {
    case 'last':
      return 'the last level';
    case 'level':
      return `level ${target.level}`;
    case 'density':
      return `the density nearest to ${formatDensity(target.density)}`;
  }
}

/** `level 2, density 64.1 %`; of several searches `levels 2 to 3, densities 51.3 % to 64.1 %`. */
export function describeLevels(levels: readonly TargetLevel[]): string {
  const said = (word: string, plural: string, texts: readonly string[]): string => {
    const [first, last] = [texts[0]!, texts.at(-1)!];
    return first === last ? `${word} ${first}` : `${plural} ${first} to ${last}`;
  };
  if (levels.length === 0) return 'no ticket has been trained there yet';
  const byLevel = levels.map(({ level }) => level).toSorted((one, other) => one - other);
  const byDensity = levels.map(({ density }) => density).toSorted((one, other) => one - other);
  return `${said('level', 'levels', byLevel.map(String))}, ${said('density', 'densities', byDensity.map(formatDensity))}`;
}
