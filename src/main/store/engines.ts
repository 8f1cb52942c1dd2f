import { ENGINE_IDS, type EngineId } from '../../shared/domain/engine.ts';
import { changePart, requireSoundParts } from './checksums.ts';
import { integer, oneOf, row } from './columns.ts';
import { StorePart } from './part.ts';

const LEVEL_ENGINE = row({ level: integer, engine: oneOf(ENGINE_IDS) });

/** Which engine trains which level of a search. */
export class Engines extends StorePart {
  /** By level; empty before the search is first started. */
  ofSearch(searchId: string): Map<number, EngineId> {
    return this.connection.read("the engines can't be read", () => {
      requireSoundParts(this.connection, searchId, 'engines');
      const rows = this.connection
        .prepare('SELECT level, engine FROM level_engines WHERE search_id = ?', LEVEL_ENGINE)
        .all(searchId);
      return new Map(rows.map(({ level, engine }) => [level, engine]));
    });
  }

  /** Fixes engines for good: a level that already has one keeps it. */
  choose(searchId: string, engines: ReadonlyMap<number, EngineId>): void {
    this.connection.write("the engines can't be saved", () => {
      const insert = this.connection.prepare(
        'INSERT INTO level_engines VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      );
      changePart(this.connection, 'engines', [searchId], () => {
        for (const [level, engine] of engines) insert.run(searchId, level, engine);
      });
    });
  }
}
