/** The units of an analysis of a search, and which of them are missing. */
import { isDeepStrictEqual } from 'node:util';
import { SettingsError } from '../../../shared/contract/errors.ts';
import type {
  AnalysisRecord,
  AnalysisUnit,
  AnalysisUnitRecord,
} from '../../../shared/domain/analysis.ts';
import type { Choice } from '../../../shared/domain/definition.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import type { AnalysisSubject } from '../../engine/analyses/analysis.ts';
import { analyses } from '../../engine/analyses/index.ts';
import { plannedTargets } from '../../engine/pruning/levels.ts';
import { hasItsPlugIns, missingAnalysis } from '../plug-ins/used.ts';
import type { PendingUnit } from '../running/analysis-jobs.ts';

export function subjectOf(settings: Settings, layout: ParameterLayout): AnalysisSubject {
  return { settings, layout, targets: plannedTargets(settings.pruning, layout) };
}

/**
 * @throws WorkbenchError `invalid-settings` for a level or rewind point that the search lacks, or if
 *   there would be no units.
 */
export function unitsOf(choice: Choice, subject: AnalysisSubject): readonly AnalysisUnit[] {
  const units = analyses.get(choice.id).plan(choice, subject);
  if (units.length > 0) return units;
  const message = `${choice.id} has nothing to analyse in this search; expected at least two levels or replicates`;
  throw new SettingsError([{ path: 'analyses', message }]);
}

/** The units of an analysis once its search has grown. */
export interface ReplannedUnits {
  readonly unitsTotal: number;
  /** Units whose results no longer hold, such as the overlap of all replicates. */
  readonly outdated: readonly string[];
  /** Units that have to be computed. */
  readonly missing: readonly AnalysisUnit[];
}

/** @throws WorkbenchError as `unitsOf`. */
export function replannedUnits(
  choice: Choice,
  before: AnalysisSubject,
  after: AnalysisSubject,
): ReplannedUnits {
  const known = new Map(unitsOf(choice, before).map((unit) => [unit.name, unit]));
  const units = unitsOf(choice, after);
  const missing = units.filter((unit) => !isDeepStrictEqual(known.get(unit.name), unit));
  const names = new Set(units.map(({ name }) => name));
  return {
    unitsTotal: units.length,
    outdated: [
      ...missing.map(({ name }) => name).filter((name) => known.has(name)),
      ...[...known.keys()].filter((name) => !names.has(name)),
    ],
    missing,
  };
}

/**
 * Finished units in the order of the plan. Where a plug-in is missing that the plan may follow from,
 * they are in the order of their names.
 */
export function inOrder(
  finished: readonly AnalysisUnitRecord[],
  choice: Choice,
  search: Pick<SearchRecord, 'id' | 'settings' | 'plugIns'>,
  layout: ParameterLayout,
): AnalysisUnitRecord[] {
  if (!hasItsPlugIns(search) || missingAnalysis(search, choice.id)) {
    const { compare } = new Intl.Collator('en', { numeric: true });
    return finished.toSorted((one, other) => compare(one.unit, other.unit));
  }
  const planned = unitsOf(choice, subjectOf(search.settings, layout));
  const byName = new Map(finished.map((record) => [record.unit, record]));
  return planned.flatMap(({ name }) => byName.get(name) ?? []);
}

/** @param finished the names of the finished units of an analysis. */
export function pendingUnits(
  records: readonly AnalysisRecord[],
  subject: AnalysisSubject,
  finished: (id: number) => readonly string[],
): PendingUnit[] {
  return records
    .filter(({ isWanted, unitsDone, unitsTotal }) => isWanted && unitsDone < unitsTotal)
    .flatMap((analysis) => {
      const done = new Set(finished(analysis.id));
      return unitsOf(analysis.choice, subject)
        .filter(({ name }) => !done.has(name))
        .map((unit) => ({ analysis, unit }));
    });
}
