/** How a word of the history's search field finds searches. */
import type { SqlValue } from './connection.ts';

/** A condition on `search_rows`. */
interface WordCondition {
  readonly where: string;
  readonly values: readonly SqlValue[];
}

/** Letters and digits, perhaps joined by hyphens and underscores: what the text index is made of. */
const PLAIN = /^[\p{L}\p{N}_-]*[\p{L}\p{N}][\p{L}\p{N}_-]*$/u;
/** What separates the words of a list belongs to none of them. */
const SEPARATOR_AT_END = /[,;]+$/;
/** `training.batchSize`: a setting. */
const SETTING = /^[a-z]\w*(?:\.\w+)+$/i;

/**
 * The text index has no signs: for it `50%` is `50`, and an emoji is nothing. So a word with signs is
 * looked for as it is, anywhere in the id, the name, the note, a tag or the settings.
 */
export function wordCondition(word: string): WordCondition {
  if (PLAIN.test(word)) return indexed(word);
  const inList = word.replace(SEPARATOR_AT_END, '');
  return anyOf([
    anywhere(word),
    ...(inList !== word && PLAIN.test(inList) ? [indexed(inList)] : []),
    ...(SETTING.test(word) ? [withSetting(word)] : []),
  ]);
}

function anyOf(conditions: readonly WordCondition[]): WordCondition {
  return {
    where: `(${conditions.map(({ where }) => where).join(' OR ')})`,
    values: conditions.flatMap(({ values }) => values),
  };
}

/** At the beginning of a word. Quoting disables the index's own syntax. */
function indexed(word: string): WordCondition {
  const expression = `"${word}"*`;
  return {
    where: `row_id IN (SELECT rowid FROM history_text WHERE history_text MATCH ?
      UNION SELECT rowid FROM settings_text WHERE settings_text MATCH ?)`,
    values: [expression, expression],
  };
}

/** Wherever it stands, in capitals or not. */
export function anywhere(word: string): WordCondition {
  const pattern = `%${escaped(word)}%`;
  return {
    where: `search_rows.search_id IN (
      SELECT id FROM searches
      WHERE id LIKE ? ESCAPE '\\' OR name LIKE ? ESCAPE '\\' OR settings LIKE ? ESCAPE '\\'
      UNION SELECT search_id FROM history WHERE note LIKE ? ESCAPE '\\'
      UNION SELECT search_id FROM tags WHERE tag LIKE ? ESCAPE '\\')`,
    values: Array.from({ length: 5 }, () => pattern),
  };
}

/** Searches with settings at this path or below it, or at or below one that ends in it. */
function withSetting(path: string): WordCondition {
  return {
    where: `search_rows.row_id IN (
      SELECT row_id FROM setting_paths JOIN search_settings ON path_id = setting_paths.id
      WHERE '.' || path || '.' LIKE ? ESCAPE '\\')`,
    values: [`%.${escaped(path)}.%`],
  };
}

/** A text in which LIKE sees no signs of its own. */
export function escaped(text: string): string {
  return text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);
}
