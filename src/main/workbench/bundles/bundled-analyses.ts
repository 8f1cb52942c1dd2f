/** The analyses of searches in bundles. */
import { messageOf } from '../../../shared/contract/errors.ts';
import type { AnalysisResult } from '../../../shared/domain/analysis.ts';
import type { BundledAnalysis, BundledSearch } from '../../../shared/domain/bundle.ts';
import type { Choice } from '../../../shared/domain/definition.ts';
import { layoutFrom } from '../../../shared/domain/layout.ts';
import type { AnalysisSubject } from '../../engine/analyses/analysis.ts';
import { analyses } from '../../engine/analyses/index.ts';
import type { PlannedStage, ReplanUnits } from '../../store/bundle-analyses.ts';
import { analysisResultJson } from '../../store/stored-json.ts';
import { replannedUnits, subjectOf, unitsOf } from '../analyses/analysis-plan.ts';
import { canPlanAnalysis } from '../plug-ins/used.ts';

/** A list of more would not fit into memory. */
const MOST_UNITS = 1_000_000;
/** A table of more would not fit into memory. The result of one unit has some thousands. */
const MOST_NUMBERS = 1_000_000;

/** As `ticket extend` plans them. */
export const replanUnits: ReplanUnits = (choice, before, after) => {
  const isPlannable = [before, after].every((search) => canPlanAnalysis(search, choice.id));
  return isPlannable
    ? replannedUnits(choice, subjectOfBundled(before), subjectOfBundled(after))
    : undefined;
};

/**
 * Whether results are those of planned units of their analysis, whose numbers can be read. Of an analysis
 * that can't be planned here, because a plug-in is missing, only the kind of its results is known.
 *
 * @param search with valid settings.
 * @returns undefined if nothing is wrong.
 */
export function problemOfAnalyses(search: BundledSearch): string | undefined {
  const chosen = [
    ...(search.settings.analyses ?? []),
    ...search.analyses.map((each) => each.choice),
  ];
  const large = chosen.find((choice) => mostUnitsOf(choice, search) > MOST_UNITS);
  if (large) return `its analysis ${large.id} has more than ${MOST_UNITS} units`;
  for (const analysis of search.analyses) {
    const problem = problemOfAnalysis(search, analysis);
    if (problem !== undefined) return `its analysis ${analysis.choice.id}: ${problem}`;
  }
  return undefined;
}

function problemOfAnalysis(search: BundledSearch, analysis: BundledAnalysis): string | undefined {
  const { choice, units } = analysis;
  const isPlannable = canPlanAnalysis(search, choice.id);
  const misplanned = isPlannable ? problemOfPlan(search, analysis) : undefined;
  if (misplanned !== undefined) return misplanned;
  for (const { unit, result } of units) {
    if (countCommas(result) >= MOST_NUMBERS) {
      return `the result of "${unit}" has more than ${MOST_NUMBERS} numbers`;
    }
    const read = readResult(result);
    if (!read) return `the result of "${unit}" can't be read`;
    if (read.kind !== choice.id)
      return `the result of "${unit}" is one of the analysis ${read.kind}`;
    const problem = isPlannable ? problemOfNumbers(read) : undefined;
    if (problem !== undefined) return `the result of "${unit}" ${problem}`;
  }
  return undefined;
}

/** At most a unit for each training, and for each combination of what its settings list. */
function mostUnitsOf(choice: Choice, { settings }: BundledSearch): number {
  const { replicates, pruning, branches } = settings;
  const lists = Object.entries(choice).flatMap(([name, value]) =>
    // These choose among the trainings.
    Array.isArray(value) && name !== 'levels' && name !== 'branches' ? [value.length] : [],
  );
  const trainings = replicates.count * (pruning.levels + 1) * (branches.length + 1);
  return lists.reduce((product, length) => product * length, trainings);
}

function readResult(text: string): AnalysisResult | undefined {
  try {
    return analysisResultJson.parse(text);
  } catch {
    return undefined;
  }
}

function countCommas(text: string): number {
  let count = 0;
  for (let at = text.indexOf(','); at >= 0; at = text.indexOf(',', at + 1)) count += 1;
  return count;
}

function problemOfPlan(
  search: BundledSearch,
  { choice, unitsTotal, units }: BundledAnalysis,
): string | undefined {
  let planned: Set<string>;
  try {
    planned = new Set(unitsOf(choice, subjectOfBundled(search)).map(({ name }) => name));
  } catch (cause) {
    return `it can't be planned: ${messageOf(cause)}`;
  }
  if (unitsTotal !== planned.size) return `it has ${unitsTotal} units; expected ${planned.size}`;
  const stray = units.find(({ unit }) => !planned.has(unit));
  if (stray) return `it has a result of "${stray.unit}", which is not planned`;
  const isRepeated = new Set(units.map(({ unit }) => unit)).size < units.length;
  return isRepeated ? 'it has two results of a unit' : undefined;
}

/** A number that is not finite may stand as null. */
function problemOfNumbers(result: AnalysisResult): string | undefined {
  try {
    const rows = analyses.get(result.kind).rows(result);
    const values: unknown[] = rows.map(({ value }) => value);
    const isComplete = values.every((value) => typeof value === 'number' || value === null);
    return isComplete ? undefined : 'lacks a number';
  } catch (cause) {
    return `is not as this analysis leaves it: ${messageOf(cause)}`;
  }
}

function subjectOfBundled({ settings, parameters }: PlannedStage): AnalysisSubject {
  return subjectOf(settings, layoutFrom(parameters));
}
