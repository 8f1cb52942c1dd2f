/** Which learning curves can be ticked: levels of one search, or densities that several searches share. */
import type { DrawableCurve } from '../../../shared/charts/learning-curves-chart.ts';
import { pairedDensities, sharedDensities } from '../../../shared/domain/equal-densities.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { transferNamed } from '../../../shared/domain/transfer.ts';
import { branchNames } from '../../../shared/domain/branch.ts';
import { groupBy } from '../../../shared/group-by.ts';
import { formatDensity } from '../../format.ts';
import type { WantedCurves } from '../../state/shown-curves.svelte.ts';
import type { CurveChoice } from './curve-choice.ts';

/** A search whose curves are drawn. */
export interface CurveSource {
  readonly id: string;
  readonly name: string;
  readonly settings: Settings;
  /** `[levels + 1]`: the planned density (fraction of prunable weights kept) of level 0, 1, … */
  readonly densities: ArrayLike<number>;
  /** Its place among the colours of lines. */
  readonly colour: number;
  readonly curves: readonly (DrawableCurve & { readonly isFinished: boolean })[];
}

export type PlacedSearch = Pick<CurveSource, 'densities' | 'settings'>;

/** What is ticked together: a level, or a density. */
export interface CurvePlace {
  /** The level, or the density as a fraction. */
  readonly key: number;
  readonly label: string;
  /** By search; undefined where it has no such level. */
  readonly levels: readonly (number | undefined)[];
}

export function levelsOf({ pruning }: Pick<Settings, 'pruning'>): number[] {
  return Array.from({ length: pruning.levels + 1 }, (_, level) => level);
}

export function levelPlaces({ settings, densities }: PlacedSearch): CurvePlace[] {
  return levelsOf(settings).map((level) => {
    const density = densities[level];
    const kept = density === undefined ? '' : ` (${formatDensity(density)})`;
    return { key: level, label: level === 0 ? '0 (dense)' : `${level}${kept}`, levels: [level] };
  });
}

/** @param reference the index of the search whose densities name those that are equal. */
export function densityPlaces(searches: readonly PlacedSearch[], reference: number): CurvePlace[] {
  const densities = searches.map((search) => search.densities);
  return sharedDensities(densities, reference).map(({ density, places }) => {
    const kept = density === 1 ? '100 % (dense)' : formatDensity(density);
    const having = places.filter((place) => place !== undefined).length;
    const few = having === searches.length ? '' : `, ${having} of ${searches.length} searches`;
    return { key: density, label: `${kept}${few}`, levels: places };
  });
}

/** More learning curves than this can't be told apart. */
const MOST_LINES = 12;
const MOST_OF_ONE = 6;

/**
 * The places whose curves are shown at first: the first, the last and some between them at even distances,
 * of several searches if possible of those that most have.
 */
export function somePlaces(places: readonly CurvePlace[]): CurvePlace[] {
  const searches = places[0]?.levels.length ?? 1;
  const most = searches === 1 ? MOST_OF_ONE : Math.max(2, Math.floor(MOST_LINES / searches));
  for (let having = searches; having > 0; having -= 1) {
    const common = places.filter(
      ({ levels }) => levels.filter((level) => level !== undefined).length >= having,
    );
    // The dense network alone says nothing of tickets.
    if (common.length > 1 || having === 1) return evenly(common, most);
  }
  return [];
}

function evenly<Item>(items: readonly Item[], most: number): Item[] {
  const count = Math.min(items.length, most);
  return Array.from({ length: count }, (_, index) => {
    const at = count === 1 ? 0 : Math.round((index * (items.length - 1)) / (count - 1));
    return items[at]!;
  });
}

/**
 * Those that are ticked. A density that is kept may have been named by another search: it is the equal one.
 * Densities that were ticked for other searches, and that these lack, say nothing.
 *
 * @param ticked keys; undefined for some that can be told apart.
 */
export function tickedPlaces(
  places: readonly CurvePlace[],
  ticked: readonly number[] | undefined,
  isDensity: boolean,
): CurvePlace[] {
  if (!ticked) return somePlaces(places);
  if (!isDensity) return places.filter(({ key }) => ticked.includes(key));
  const keys = places.map(({ key }) => key);
  const found = new Set(pairedDensities(ticked, keys).map(([, place]) => place));
  if (found.size === 0 && ticked.length > 0) return somePlaces(places);
  return places.filter((_, index) => found.has(index));
}

/** The keys after one is ticked or no longer is. */
export function toggled(shown: readonly CurvePlace[], place: CurvePlace): number[] {
  const keys = shown.map(({ key }) => key);
  return keys.includes(place.key) ? keys.filter((key) => key !== place.key) : [...keys, place.key];
}

/**
 * The branch of the trainings that stand for a branch at a level: at level 0 the dense network, which only
 * transfers have for themselves.
 */
export function branchAt(level: number, branch: string, settings: Settings): string {
  const hasOwn = level > 0 || transferNamed(settings, branch) !== undefined;
  return hasOwn ? branch : TICKET_BRANCH;
}

/** Every branch that can be chosen. Of one search these can be shown together. */
export function branchesOf(searches: readonly Pick<CurveSource, 'settings'>[]): string[] {
  return [
    ...new Set([
      ...(searches.length === 1 ? ['all'] : []),
      TICKET_BRANCH,
      ...searches.flatMap(({ settings }) => branchNames(settings)),
    ]),
  ];
}

/** The branch that is shown: the running trainings of one search are those of all. */
export function shownBranch(
  searches: readonly Pick<CurveSource, 'settings'>[],
  { branch, replicate }: CurveChoice,
): string {
  if (searches.length === 1 && replicate === 'running') return 'all';
  return branchesOf(searches).includes(branch) ? branch : TICKET_BRANCH;
}

/** What is asked for to show some levels of a search. */
export function wantedCurves(
  { id, settings }: Pick<CurveSource, 'id' | 'settings'>,
  levels: readonly number[],
  branch: string,
  isMean: boolean,
): WantedCurves[] {
  const replicates = isMean ? 1 : settings.replicates.count;
  if (branch === 'all') {
    const branches = 1 + branchNames(settings).length;
    return [{ id, branch: undefined, levels, lines: levels.length * branches * replicates }];
  }
  const byBranch = groupBy(levels, (level) => branchAt(level, branch, settings));
  return [...byBranch].map(([own, some]) => ({
    id,
    branch: own,
    levels: some,
    lines: some.length * replicates,
  }));
}

/** The trainings of a search at a place: by its branch, or all branches. */
export function curvesAt(
  { settings, curves }: Pick<CurveSource, 'settings' | 'curves'>,
  level: number,
  branch: string,
): CurveSource['curves'] {
  const wanted = branch === 'all' ? undefined : branchAt(level, branch, settings);
  return curves.filter(
    ({ key }) => key.level === level && (wanted === undefined || key.branch === wanted),
  );
}
