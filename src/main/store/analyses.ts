import { WorkbenchError } from '../../shared/contract/errors.ts';
import type {
  AnalysisRecord,
  AnalysisResult,
  AnalysisUnitRecord,
} from '../../shared/domain/analysis.ts';
import type { Choice } from '../../shared/domain/definition.ts';
import { readArrayJson, writeArrayJson } from './array-json.ts';
import { StorePart } from './part.ts';
import { canonicalJson } from './settings-hash.ts';

interface Row {
  readonly id: number;
  readonly choice: string;
  readonly unitsDone: number;
  readonly unitsTotal: number;
  readonly isWanted: number;
  readonly requestedAt: number;
  readonly lastFinishedAt: number | null;
  readonly milliseconds: number;
}

const SELECT = `
  SELECT id, choice, units_total AS unitsTotal, is_wanted AS isWanted, requested_at AS requestedAt,
    count(unit) AS unitsDone, max(finished_at) AS lastFinishedAt,
    coalesce(sum(milliseconds), 0) AS milliseconds
  FROM analyses LEFT JOIN analysis_units ON analysis_id = id`;

/** The analyses of searches, and what their units came to. */
export class Analyses extends StorePart {
  /**
   * Asks for an analysis. One with the same settings that is there already is wanted again, and keeps
   * what it has.
   */
  request(searchId: string, choice: Choice, unitsTotal: number): AnalysisRecord {
    return this.guard("the analysis can't be saved", () => {
      const id = this.database
        .prepare<[string, string, number, number], number>(
          `INSERT INTO analyses (search_id, choice, units_total, requested_at) VALUES (?, ?, ?, ?)
           ON CONFLICT (search_id, choice) DO UPDATE SET is_wanted = 1 RETURNING id`,
        )
        .pluck()
        .get(searchId, canonicalJson(choice), unitsTotal, this.now());
      return this.get(searchId, id!);
    });
  }

  /** In the order in which they were asked for. */
  list(searchId: string): AnalysisRecord[] {
    return this.guard("the analyses can't be read", () =>
      this.database
        .prepare<[string], Row>(`${SELECT} WHERE search_id = ? GROUP BY id ORDER BY id`)
        .all(searchId)
        .map(recordOf),
    );
  }

  /** @throws WorkbenchError `not-found`. */
  get(searchId: string, id: number): AnalysisRecord {
    const row = this.guard("the analysis can't be read", () =>
      this.database
        .prepare<[string, number], Row>(`${SELECT} WHERE search_id = ? AND id = ? GROUP BY id`)
        .get(searchId, id),
    );
    if (row) return recordOf(row);
    throw new WorkbenchError(
      'not-found',
      `the search ${searchId} has no analysis ${id}`,
      `Run "ticket analyse ${searchId}" for those it has.`,
    );
  }

  /** What is not finished is not gone on with, until it is asked for again. */
  cancel(searchId: string): void {
    this.guard("the analyses can't be saved", () => {
      this.database.prepare('UPDATE analyses SET is_wanted = 0 WHERE search_id = ?').run(searchId);
    });
  }

  /** With everything that it has found. */
  delete(searchId: string, id: number): void {
    this.get(searchId, id);
    this.guard("the analysis can't be deleted", () => {
      this.database.prepare('DELETE FROM analyses WHERE id = ?').run(id);
    });
  }

  /** Keeps a finished unit for good; saving one again changes nothing. */
  saveUnit(searchId: string, id: number, unit: AnalysisUnitRecord): void {
    this.guard("the result can't be saved", () => {
      this.database
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
          finishedAt: this.now(),
        });
    });
  }

  /** In no particular order: the plan of the analysis has one. */
  units(id: number): AnalysisUnitRecord[] {
    return this.guard("the results can't be read", () =>
      this.database
        .prepare<[number], { unit: string; result: string; milliseconds: number }>(
          'SELECT unit, result, milliseconds FROM analysis_units WHERE analysis_id = ?',
        )
        .all(id)
        // What is read back here was written here.
        .map((row) => ({ ...row, result: readArrayJson(row.result) as AnalysisResult })),
    );
  }

  unitNames(id: number): string[] {
    return this.guard("the results can't be read", () =>
      this.database
        .prepare<[number], string>('SELECT unit FROM analysis_units WHERE analysis_id = ?')
        .pluck()
        .all(id),
    );
  }
}

function recordOf({ choice, isWanted, lastFinishedAt, ...row }: Row): AnalysisRecord {
  const isFinished = row.unitsDone === row.unitsTotal;
  return {
    ...row,
    choice: JSON.parse(choice) as Choice,
    isWanted: isWanted === 1,
    finishedAt: isFinished ? (lastFinishedAt ?? undefined) : undefined,
  };
}
