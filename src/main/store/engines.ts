import type Database from 'better-sqlite3';
import type { EngineId, StepTimes } from '../../shared/domain/engine.ts';

/** Which engine trains which level, and how fast engines were on this machine. */
export class Engines {
  readonly #database: Database.Database;
  readonly #now: () => number;

  constructor(database: Database.Database, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  /** By level; empty before the search has first been started. */
  ofSearch(searchId: string): Map<number, EngineId> {
    const rows = this.#database
      .prepare<[string], { level: number; engine: EngineId }>(
        'SELECT level, engine FROM level_engines WHERE search_id = ?',
      )
      .all(searchId);
    return new Map(rows.map(({ level, engine }) => [level, engine]));
  }

  /** A level that has an engine keeps it. */
  choose(searchId: string, engines: ReadonlyMap<number, EngineId>): void {
    const insert = this.#database.prepare(
      'INSERT INTO level_engines VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#database.transaction(() => {
      for (const [level, engine] of engines) insert.run(searchId, level, engine);
    })();
  }

  calibration(key: string): StepTimes | undefined {
    const row = this.#database
      .prepare<[string], { times: string }>('SELECT times FROM calibrations WHERE key = ?')
      .get(key);
    return row && (JSON.parse(row.times) as StepTimes);
  }

  saveCalibration(key: string, times: StepTimes): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO calibrations VALUES (?, ?, ?)')
      .run(key, JSON.stringify(times), this.#now());
  }
}
