/** The analyses that a merge adds to a search. For use within the transaction of a merge. */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { BundledAnalysis, BundledSearch } from '../../shared/domain/bundle.ts';
import type { Choice } from '../../shared/domain/definition.ts';
import type { Analyses } from './analyses.ts';
import type { Relation } from './bundle-experiment.ts';
import { sealUnit } from './checksums.ts';
import { integer, scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { canonicalJson } from './settings-hash.ts';

const ID = scalar(integer);
const RESULT = scalar(text);

/** How an analysis is planned once its search has grown. */
interface Replanned {
  readonly unitsTotal: number;
  /** Units whose results no longer hold. The others hold as before. */
  readonly outdated: readonly string[];
}

/** @returns undefined if the analysis can't be planned here, because a plug-in is missing. */
export type ReplanUnits = (
  choice: Choice,
  before: BundledSearch,
  after: BundledSearch,
) => Replanned | undefined;

/** The search that a merge has added to. */
interface MergedInto {
  readonly id: string;
  /** How it was stored; undefined for a new one. */
  readonly before: BundledSearch | undefined;
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
}

/**
 * Adds the results of the bundle that hold of the stored search, which may have become a later stage of
 * itself. Whatever is stored and still holds stays.
 *
 * @throws WorkbenchError `conflict` for a unit that has another result here, or for stored results that may
 *   no longer hold if nobody can tell.
 */
export function mergeAnalyses(
  connection: Connection,
  analyses: Analyses,
  { search, replan }: { readonly search: BundledSearch; readonly replan?: ReplanUnits | undefined },
  into: MergedInto,
): MergedAnalyses {
  const { id, before, relation, sessions } = into;
  const outdated =
    before && relation === 'later' ? replanStored(analyses, before, search, replan) : 0;
  const holding =
    before && relation === 'earlier' ? ofLaterStage(search, before, replan) : search.analyses;
  const added = holding.map((each) => mergeAnalysis(connection, id, each, sessions));
  return { added: added.reduce((sum, count) => sum + count, 0), outdated };
}

/**
 * Plans the stored analyses for the later stage that the search has grown to, as an extension does.
 *
 * @returns how many results no longer hold, and are not in the bundle either.
 */
function replanStored(
  analyses: Analyses,
  before: BundledSearch,
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
  later: BundledSearch,
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
 * @returns how many results were added.
 * @throws WorkbenchError `conflict` if a unit has another result here.
 */
function mergeAnalysis(
  connection: Connection,
  id: string,
  analysis: BundledAnalysis,
  sessions: readonly number[],
): number {
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
      choice: canonicalJson(analysis.choice),
      unitsTotal: analysis.unitsTotal,
      isWanted: analysis.isWanted ? 1 : 0,
      requestedAt: analysis.requestedAt,
    });
  const find = connection.prepare(
    'SELECT result FROM analysis_units WHERE analysis_id = ? AND unit = ?',
    RESULT,
  );
  let added = 0;
  for (const { unit, session, result, milliseconds, finishedAt } of analysis.units) {
    const known = find.get(analysisId, unit);
    if (known === result) continue;
    if (known !== undefined) {
      throw new WorkbenchError(
        'conflict',
        `"${unit}" of the analysis ${canonicalJson(analysis.choice)} of the search ${id} has another result in the bundle`,
        'Nothing was merged. Equal settings give equal bits with one engine on one kind of processor.',
      );
    }
    connection
      .prepare(
        `INSERT INTO analysis_units (analysis_id, unit, session_id, result, milliseconds, finished_at)
         VALUES (?, ?, ?, ?, ?, ?)`,
      )
      .run(analysisId, unit, sessions[session] ?? null, result, milliseconds, finishedAt);
    sealUnit(connection, analysisId, unit);
    added += 1;
  }
  return added;
}
