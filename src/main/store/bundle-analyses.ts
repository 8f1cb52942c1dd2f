/** The analyses that a merge adds to a search. For use within the transaction of a merge. */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { BundledAnalysis, BundledSearch, OtherResults } from '../../shared/domain/bundle.ts';
import type { Choice } from '../../shared/domain/definition.ts';
import type { Environment } from '../../shared/domain/search.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import type { Analyses } from './analyses.ts';
import { readArrayJson } from './array-json.ts';
import type { Relation } from './bundle-experiment.ts';
import { sealUnit } from './checksums.ts';
import { integer, row, scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { resultDifference } from './result-difference.ts';
import { canonicalJson } from './settings-hash.ts';
import { environmentJson } from './stored-json.ts';

const ID = scalar(integer);
const RESULT = row({ result: text, environment: environmentJson });

/** How an analysis is planned once its search has grown. */
interface Replanned {
  readonly unitsTotal: number;
  /** Units whose results no longer hold. The others hold as before. */
  readonly outdated: readonly string[];
}

/** A search as it was planned at one time. */
export type PlannedStage = Pick<BundledSearch, 'id' | 'settings' | 'parameters' | 'plugIns'>;

/** @returns undefined if the analysis can't be planned here, because a plug-in is missing. */
export type ReplanUnits = (
  choice: Choice,
  before: PlannedStage,
  after: PlannedStage,
) => Replanned | undefined;

/** The search that a merge has added to. */
interface MergedInto {
  readonly id: string;
  /** The settings that it had before; undefined for a new one. */
  readonly before: Settings | undefined;
  /** How the search of the bundle relates to it. */
  readonly relation: Relation | undefined;
  /** The ids of the bundle's sessions. */
  readonly sessions: readonly number[];
}

interface MergedAnalyses {
  /** How many results were added. */
  readonly added: number;
  /** How many were removed that no longer hold, and that the bundle does not have anew. */
  readonly outdated: number;
  /** Those of the bundle that were left out, because another machine has computed them otherwise. */
  readonly otherResults: OtherResults | undefined;
}

/**
 * Adds the results of the bundle that hold of the stored search, which may have become a later stage of
 * itself. Whatever is stored and still holds stays.
 *
 * @throws WorkbenchError `conflict` for a unit that the same machine has computed otherwise, or for stored
 *   results that may no longer hold if nobody can tell.
 */
export function mergeAnalyses(
  connection: Connection,
  analyses: Analyses,
  { search, replan }: { readonly search: BundledSearch; readonly replan?: ReplanUnits | undefined },
  into: MergedInto,
): MergedAnalyses {
  const { id, before, relation, sessions } = into;
  // All stages of a search have the same network and plug-ins.
  const stored = before && { ...search, id, settings: before };
  const outdated =
    stored && relation === 'later' ? replanStored(analyses, stored, search, replan) : 0;
  const holding =
    stored && relation === 'earlier' ? ofLaterStage(search, stored, replan) : search.analyses;
  const merged = holding.map((each) => mergeAnalysis(connection, { id, sessions, search }, each));
  const others = merged.flatMap((each) => each.others);
  const [first] = others;
  return {
    added: merged.reduce((sum, { added }) => sum + added, 0),
    outdated,
    otherResults: first === undefined ? undefined : { count: others.length, first },
  };
}

/**
 * Plans the stored analyses for the later stage that the search has grown to, as an extension does.
 *
 * @returns how many results no longer hold, and are not in the bundle either.
 */
function replanStored(
  analyses: Analyses,
  before: PlannedStage,
  after: BundledSearch,
  replan: ReplanUnits | undefined,
): number {
  let removed = 0;
  for (const { id, choice, unitsTotal } of analyses.list(before.id)) {
    const stored = analyses.unitNames(id);
    const bundled = after.analyses.find((each) => isSame(each.choice, choice));
    const inBundle = new Set(bundled?.units.map(({ unit }) => unit));
    const planned = replan?.(choice, before, after);
    const lost = planned ? undefined : stored.find((unit) => !inBundle.has(unit));
    if (lost !== undefined) throw cannotBePlanned(before.id, choice, lost);
    // Otherwise all of it is in the bundle.
    const now = planned ?? { unitsTotal: bundled?.unitsTotal ?? unitsTotal, outdated: stored };
    analyses.replan(before.id, id, now.unitsTotal, now.outdated);
    const outdated = new Set(now.outdated);
    removed += stored.filter((unit) => outdated.has(unit) && !inBundle.has(unit)).length;
  }
  return removed;
}

function cannotBePlanned(id: string, choice: Choice, unit: string): WorkbenchError {
  return new WorkbenchError(
    'conflict',
    `the search ${id} grows, and whether "${unit}" of its analysis ${canonicalJson(choice)} still holds can't be told here: a plug-in of the search is not loaded`,
    'Nothing was merged. Start with --plugins FOLDER, where FOLDER holds the plug-in, or delete the analysis here.',
  );
}

/** What an earlier stage of a search has found that still holds of the later one. */
function ofLaterStage(
  earlier: BundledSearch,
  later: PlannedStage,
  replan: ReplanUnits | undefined,
): BundledAnalysis[] {
  return earlier.analyses.flatMap((analysis): BundledAnalysis[] => {
    const planned = replan?.(analysis.choice, earlier, later);
    if (!planned) return [];
    const { unitsTotal } = planned;
    const outdated = new Set(planned.outdated);
    const units = analysis.units.filter(({ unit }) => !outdated.has(unit));
    return [{ ...analysis, unitsTotal, units }];
  });
}

function isSame(one: Choice, other: Choice): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

/**
 * @returns how many results were added, and what differs in those that were left out.
 * @throws WorkbenchError `conflict` if a unit has another result here that the same machine has computed.
 */
function mergeAnalysis(
  connection: Connection,
  {
    id,
    sessions,
    search,
  }: Pick<MergedInto, 'id' | 'sessions'> & { readonly search: BundledSearch },
  { choice, unitsTotal, isWanted, requestedAt, units }: BundledAnalysis,
): { readonly added: number; readonly others: readonly string[] } {
  const analysisId = connection
    .prepare(
      `INSERT INTO analyses (search_id, choice, units_total, is_wanted, requested_at)
       VALUES (@id, @choice, @unitsTotal, @isWanted, @requestedAt)
       ON CONFLICT (search_id, choice) DO UPDATE
         SET units_total = max(units_total, excluded.units_total) RETURNING id`,
      ID,
    )
    .one({
      id,
      choice: canonicalJson(choice),
      unitsTotal,
      isWanted: isWanted ? 1 : 0,
      requestedAt,
    });
  const find = connection.prepare(
    `SELECT result, environment FROM analysis_units JOIN sessions ON sessions.id = session_id
     WHERE analysis_id = ? AND unit = ?`,
    RESULT,
  );
  const insert = connection.prepare(
    `INSERT INTO analysis_units (analysis_id, unit, session_id, result, milliseconds, finished_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  let added = 0;
  const others: string[] = [];
  for (const { unit, session, result, milliseconds, finishedAt } of units) {
    const stored = find.get(analysisId, unit);
    if (!stored) {
      insert.run(analysisId, unit, sessions[session] ?? null, result, milliseconds, finishedAt);
      sealUnit(connection, analysisId, unit);
      added += 1;
      continue;
    }
    const difference = differenceOf(stored.result, result);
    if (!difference) continue;
    const { what, stored: here, other: there } = difference;
    const described = `"${unit}" of the analysis ${choice.id}: ${what} is ${here} here and ${there} in the bundle`;
    const environment = search.sessions[session]?.environment;
    if (environment && isSameMachine(stored.environment, environment)) {
      throw new WorkbenchError(
        'conflict',
        `the search ${id} has other results of an analysis in the bundle, and the same processor, TensorFlow and code have computed both: ${described}`,
        'Nothing was merged. One of the results is wrong: delete the analysis here and run it again, or ask for a bundle in which it was run again.',
      );
    }
    others.push(described);
  }
  return { added, others };
}

function differenceOf(stored: string, other: string) {
  if (stored === other) return undefined;
  return resultDifference(readArrayJson(stored), readArrayJson(other));
}

/**
 * What the bits of an analysis may depend on: some measure with TensorFlow, also in searches of the sparse
 * engine, whose trainings have the same bits on every processor.
 */
const MACHINE = ['cpu', 'platform', 'tensorflow', 'workbench', 'code'] as const;

function isSameMachine(one: Environment, other: Environment): boolean {
  return MACHINE.every((name) => one[name] === other[name]);
}
