/** Whether two searches are the same experiment: what determines the bits of their trainings. */
import { isDeepStrictEqual } from 'node:util';
import type { BundledSearch } from '../../shared/domain/bundle.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import { canonicalJson } from './settings-hash.ts';
import type { Difference } from './training-difference.ts';

/** A search and the same search extended, or the other way round. */
export type Relation = 'same' | 'later' | 'earlier';

/**
 * The facts of a search that another search of the same experiment shares, as text. Names, times and
 * processors are not among them; the version of the workbench is.
 */
export function experimentOf(search: BundledSearch): string {
  return canonicalJson({
    settings: search.settings,
    ...fixedParts(search),
    targets: search.targets,
    engines: search.engines,
    workbench: [...new Set(search.sessions.map(({ environment }) => environment.workbench))].sort(),
  });
}

/**
 * How a search of a bundle relates to a stored one with its id: an extended search is a later stage of
 * itself.
 *
 * @returns the first difference if they are no stages of one search.
 */
export function relationOf(stored: BundledSearch, bundled: BundledSearch): Relation | Difference {
  const fixed =
    differenceOf(fixedSettings(stored.settings), fixedSettings(bundled.settings), '') ??
    differenceOfParts(stored, bundled) ??
    differenceOfTargets(stored, bundled) ??
    differenceOfEngines(stored, bundled);
  if (fixed) return fixed;
  const [one, two] = [stored.settings, bundled.settings];
  if (isDeepStrictEqual(growingSettings(one), growingSettings(two))) return 'same';
  if (isWithin(one, two)) return 'later';
  if (isWithin(two, one)) return 'earlier';
  return differenceOf(growingSettings(one), growingSettings(two), '')!;
}

/** What an extension can't change. */
function fixedSettings({ replicates, pruning, branches: _, analyses: __, ...rest }: Settings) {
  const {
    levels: _levels,
    densities: _densities,
    ...fixed
  } = pruning as typeof pruning & {
    readonly densities?: readonly number[];
  };
  return { ...rest, pruning: fixed, replicates: { seed: replicates.seed } };
}

function growingSettings({ replicates, pruning, branches }: Settings) {
  return {
    replicates: { count: replicates.count },
    pruning: { levels: pruning.levels, densities: densitiesOf(pruning) },
    branches,
  };
}

function densitiesOf(pruning: Settings['pruning']): readonly number[] {
  const listed: unknown = 'densities' in pruning ? pruning.densities : undefined;
  return Array.isArray(listed) ? listed.filter((each) => typeof each === 'number') : [];
}

/** Whether everything of the first is planned in the second. */
function isWithin(one: Settings, other: Settings): boolean {
  const densities = densitiesOf(one.pruning);
  return (
    one.replicates.count <= other.replicates.count &&
    one.pruning.levels <= other.pruning.levels &&
    isDeepStrictEqual(densitiesOf(other.pruning).slice(0, densities.length), densities) &&
    one.branches.every((branch) => other.branches.some((each) => isDeepStrictEqual(each, branch)))
  );
}

/** The dataset of a search that has not started is unknown. */
function differenceOfParts(stored: BundledSearch, bundled: BundledSearch): Difference | undefined {
  const [one, two] = [fixedParts(stored), fixedParts(bundled)];
  const isKnown = stored.datasetFingerprint !== '' && bundled.datasetFingerprint !== '';
  const unknown = isKnown ? {} : { [FINGERPRINT]: '' };
  return differenceOf({ ...one, ...unknown }, { ...two, ...unknown }, '');
}

const FINGERPRINT = 'the fingerprint of the dataset';

function fixedParts({ datasetFingerprint, parameters, plugIns }: BundledSearch) {
  return {
    [FINGERPRINT]: datasetFingerprint,
    'the layout of the network': parameters,
    'the list of plug-ins': plugIns.map(({ kind, id, sha256 }) => `${kind} ${id} ${sha256}`).sort(),
  };
}

/** The networks and data of transfers that both have. */
function differenceOfTargets(
  stored: BundledSearch,
  bundled: BundledSearch,
): Difference | undefined {
  const targets = new Map(stored.targets.map((target) => [target.branch, target]));
  for (const { branch, parameters, datasetFingerprint } of bundled.targets) {
    const own = targets.get(branch);
    if (!own) continue;
    const network = differenceOf(own.parameters, parameters, `the layout of ${branch}`);
    if (network) return network;
    const isKnown = own.datasetFingerprint !== undefined && datasetFingerprint !== undefined;
    if (isKnown && own.datasetFingerprint !== datasetFingerprint) {
      return {
        what: `the fingerprint of the dataset of ${branch}`,
        stored: own.datasetFingerprint,
        other: datasetFingerprint,
      };
    }
  }
  return undefined;
}

/** Levels that one of them has not reached have no engine yet. */
function differenceOfEngines(
  stored: BundledSearch,
  bundled: BundledSearch,
): Difference | undefined {
  const engines = new Map(stored.engines.map(({ level, engine }) => [level, engine]));
  for (const { level, engine } of bundled.engines) {
    const own = engines.get(level);
    if (own !== undefined && own !== engine) {
      return { what: `the engine of level ${level}`, stored: own, other: engine };
    }
  }
  return undefined;
}

/** The first value that differs, by its path. A key that only one of them has counts as different. */
function differenceOf(stored: unknown, other: unknown, path: string): Difference | undefined {
  if (isDeepStrictEqual(stored, other)) return undefined;
  if (isTree(stored) && isTree(other)) {
    const keys = new Set([...Object.keys(stored), ...Object.keys(other)]);
    for (const key of keys) {
      const at = path === '' ? key : `${path}.${key}`;
      const found = differenceOf(stored[key], other[key], at);
      if (found) return found;
    }
    return undefined;
  }
  return { what: path, stored: shortText(stored), other: shortText(other) };
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const LONGEST = 60;

function shortText(value: unknown): string {
  const text = value === undefined ? 'not set' : JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
