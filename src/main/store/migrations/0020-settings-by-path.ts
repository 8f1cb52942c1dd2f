import type { Migration } from './migration.ts';

/** Settings of searches by path, so that the history can filter and sort by any of them. */
export const settingsByPath: Migration = {
  name: 'settings-by-path',
  changes: ['setting_paths', 'search_settings'],
  sql: `
    CREATE TABLE setting_paths (
      id INTEGER PRIMARY KEY,
      -- training.optimizer.learningRate
      path TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('number', 'text', 'flag', 'list')),
      UNIQUE (path, kind)
    ) STRICT;

    -- Rows of one path lie side by side, so that a comparison reads nothing else.
    CREATE TABLE search_settings (
      path_id INTEGER NOT NULL REFERENCES setting_paths,
      -- The row of the history. A trigger deletes with it, because a reference would look through all rows.
      row_id INTEGER NOT NULL,
      -- A number; a text; 'true' or 'false'; a list as JSON. Durations are in iterations.
      value ANY NOT NULL,
      -- As it was written, perhaps in epochs; NULL if that is the same.
      written TEXT,
      PRIMARY KEY (path_id, row_id)
    ) STRICT, WITHOUT ROWID;

    -- What search_settings has to hold. Damaged settings have no paths; what lists hold has none either.
    CREATE VIEW parsed_settings AS
    SELECT
      history.id AS row_id,
      replace(substr(found.fullkey, 3), '"', '') AS path,
      CASE found.type
        WHEN 'integer' THEN 'number'
        WHEN 'real' THEN 'number'
        WHEN 'text' THEN 'text'
        WHEN 'array' THEN 'list'
        ELSE 'flag'
      END AS kind,
      iif(found.type IN ('true', 'false'), found.type, found.value) AS value,
      nullif(
        CASE
          WHEN NOT json_valid(settings) THEN NULL
          WHEN json_type(settings, found.fullkey) = 'text' THEN settings ->> found.fullkey
          ELSE settings -> found.fullkey
        END,
        CAST(iif(found.type IN ('true', 'false'), found.type, found.value) AS TEXT)
      ) AS written
    FROM history
    JOIN searches ON searches.id = history.search_id,
      json_tree(iif(json_valid(coalesce(resolved, settings)), coalesce(resolved, settings), '{}'))
        AS found
    WHERE found.type NOT IN ('object', 'null') AND found.fullkey NOT LIKE '%[%';

    CREATE TRIGGER search_settings_follow AFTER DELETE ON history BEGIN
      DELETE FROM search_settings
      WHERE path_id IN (SELECT id FROM setting_paths) AND row_id = old.id;
      -- A setting that no search has any more is not offered.
      DELETE FROM setting_paths
      WHERE NOT EXISTS (SELECT 1 FROM search_settings WHERE path_id = setting_paths.id);
    END;

    INSERT INTO setting_paths (path, kind)
    SELECT DISTINCT path, kind FROM parsed_settings ORDER BY path;
    INSERT INTO search_settings (path_id, row_id, value, written)
    SELECT setting_paths.id, row_id, value, written
    FROM parsed_settings JOIN setting_paths USING (path, kind);
  `,
};
