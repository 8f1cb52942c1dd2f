import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { AnalysisRecord, AnalysisUnitRecord } from '../../shared/domain/analysis.ts';
import type { Choice } from '../../shared/domain/definition.ts';
import { writeArrayJson } from './array-json.ts';
import { changePart, requireSoundParts, requireSoundUnit, sealUnit } from './checksums.ts';
import { type DecodedBy, flag, integer, optional, real, row, scalar, text } from './columns.ts';
import { StorePart } from './part.ts';
import { canonicalJson } from './settings-hash.ts';
import { analysisResultJson, choiceJson } from './stored-json.ts';

const ANALYSIS = row({
  id: integer,
  choice: choiceJson,
  unitsDone: integer,
  unitsTotal: integer,
  isWanted: flag,
  requestedAt: integer,
  lastFinishedAt: optional(integer),
  milliseconds: real,
});

const UNIT = row({ unit: text, result: analysisResultJson, milliseconds: real });

const SELECT = `
  SELECT id, choice, units_total AS unitsTotal, is_wanted AS isWanted, requested_at AS requestedAt,
    count(unit) AS unitsDone, max(finished_at) AS lastFinishedAt,
    coalesce(sum(milliseconds), 0) AS milliseconds
  FROM analyses LEFT JOIN analysis_units ON analysis_id = id`;

/** The requested analyses of searches, and the results of their units. */
export class Analyses extends StorePart {
  /**
   * Requests an analysis. If one with the same settings exists, it is wanted again and keeps its
   * results.
   */
  request(searchId: string, choice: Choice, unitsTotal: number): AnalysisRecord {
    return this.connection.write("the analysis can't be saved", () => {
      const id = changePart(this.connection, 'analyses', [searchId], () =>
        this.connection
          .prepare(
            `INSERT INTO analyses (search_id, choice, units_total, requested_at)
             VALUES (?, ?, ?, ?)
             ON CONFLICT (search_id, choice) DO UPDATE SET is_wanted = 1 RETURNING id`,
            scalar(integer),
          )
          .one(searchId, canonicalJson(choice), unitsTotal, this.connection.now()),
      );
      return this.get(searchId, id);
    });
  }

  /**
   * Plans an analysis anew, for a search that was extended.
   *
   * @param outdated the units whose results no longer hold. The others are kept.
   */
  replan(searchId: string, id: number, unitsTotal: number, outdated: readonly string[]): void {
    this.connection.write("the analysis can't be saved", () => {
      changePart(this.connection, 'analyses', [searchId], () => {
        this.connection
          .prepare('UPDATE analyses SET units_total = ? WHERE search_id = ? AND id = ?')
          .run(unitsTotal, searchId, id);
      });
      const forget = this.connection.prepare(
        'DELETE FROM analysis_units WHERE analysis_id = ? AND unit = ?',
      );
      for (const unit of outdated) forget.run(id, unit);
    });
  }

  /** In the order of their requests. */
  list(searchId: string): AnalysisRecord[] {
    return this.connection.read("the analyses can't be read", () => {
      requireSoundParts(this.connection, searchId, 'analyses');
      return this.connection
        .prepare(`${SELECT} WHERE search_id = ? GROUP BY id ORDER BY id`, ANALYSIS)
        .all(searchId)
        .map(recordOf);
    });
  }

  /** @throws WorkbenchError `not-found`. */
  get(searchId: string, id: number): AnalysisRecord {
    return this.connection.read("the analysis can't be read", () => {
      requireSoundParts(this.connection, searchId, 'analyses');
      const found = this.connection
        .prepare(`${SELECT} WHERE search_id = ? AND id = ? GROUP BY id`, ANALYSIS)
        .get(searchId, id);
      if (found) return recordOf(found);
      throw new WorkbenchError(
        'not-found',
        `the search ${searchId} has no analysis ${id}`,
        `Run "ticket analyse ${searchId}" for a list of its analyses.`,
      );
    });
  }

  /** Leaves unfinished units undone until the analysis is requested again. */
  cancel(searchId: string): void {
    this.connection.write("the analyses can't be saved", () => {
      changePart(this.connection, 'analyses', [searchId], () => {
        this.connection
          .prepare('UPDATE analyses SET is_wanted = 0 WHERE search_id = ?')
          .run(searchId);
      });
    });
  }

  /**
   * Deletes an analysis with all of its results.
   *
   * @throws WorkbenchError `not-found`.
   */
  delete(searchId: string, id: number): void {
    this.connection.write("the analysis can't be deleted", () => {
      this.get(searchId, id);
      changePart(this.connection, 'analyses', [searchId], () => {
        this.connection.prepare('DELETE FROM analyses WHERE id = ?').run(id);
      });
    });
  }

  /** Keeps a finished unit for good; saving one again changes nothing. */
  saveUnit(searchId: string, id: number, unit: AnalysisUnitRecord): void {
    this.connection.write("the result can't be saved", () => {
      const { changes } = this.connection
        .prepare(
          `INSERT INTO analysis_units
             (analysis_id, unit, session_id, result, milliseconds, finished_at)
           SELECT @id, @unit, max(id), @result, @milliseconds, @finishedAt FROM sessions
           WHERE search_id = @searchId
           ON CONFLICT (analysis_id, unit) DO NOTHING`,
        )
        .run({
          id,
          searchId,
          unit: unit.unit,
          result: writeArrayJson(unit.result),
          milliseconds: unit.milliseconds,
          finishedAt: this.connection.now(),
        });
      if (changes > 0) sealUnit(this.connection, id, unit.unit);
    });
  }

  /**
   * In no particular order: the plan of the analysis defines the order.
   *
   * @throws WorkbenchError `store-failed` if one is damaged.
   */
  units(id: number): AnalysisUnitRecord[] {
    return this.connection.read("the results can't be read", () => {
      for (const name of this.unitNames(id)) requireSoundUnit(this.connection, id, name);
      return this.connection
        .prepare(
          'SELECT unit, result, milliseconds FROM analysis_units WHERE analysis_id = ?',
          UNIT,
        )
        .all(id);
    });
  }

  unitNames(id: number): string[] {
    return this.connection.read("the results can't be read", () =>
      this.connection
        .prepare('SELECT unit FROM analysis_units WHERE analysis_id = ?', scalar(text))
        .all(id),
    );
  }
}

function recordOf({ lastFinishedAt, ...rest }: DecodedBy<typeof ANALYSIS>): AnalysisRecord {
  const isFinished = rest.unitsDone === rest.unitsTotal;
  return { ...rest, finishedAt: isFinished ? lastFinishedAt : undefined };
}
