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
/** `training.batchSize`, `training.batchSize=60`, `batchSize=60`: a setting, perhaps with its value. */
const SETTING = /^(?<path>[a-z]\w*(?:\.\w+)+|[a-z]\w*(?==))(?:=(?<value>.*))?$/i;

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
    ...settingConditions(word),
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
function anywhere(word: string): WordCondition {
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

/** Searches with a setting at this path, or at one that ends in it; with this value if one is given. */
function settingConditions(word: string): WordCondition[] {
  const { path, value = '' } = SETTING.exec(word)?.groups ?? {};
  if (path === undefined) return [];
  const wanted = value === '' ? undefined : valueCondition(value.toLowerCase());
  return [
    {
      // Damaged settings have no paths; they must not hide the other searches.
      where: `search_rows.search_id IN (
        SELECT searches.id
        FROM searches, json_tree(iif(json_valid(settings), settings, '{}')) AS found
        WHERE (found.fullkey LIKE ? ESCAPE '\\' OR found.fullkey LIKE ? ESCAPE '\\')
          ${wanted === undefined ? '' : `AND ${wanted.where}`})`,
      values: [`$.${escaped(path)}`, `%.${escaped(path)}`, ...(wanted?.values ?? [])],
    },
  ];
}

/** A number or `true` as a whole, a text from its beginning: users look while they type. */
function valueCondition(value: string): WordCondition {
  const number = Number(value);
  return {
    where: `(found.type = ? OR (found.type = 'text' AND found.atom LIKE ? ESCAPE '\\')
      OR (found.type IN ('integer', 'real') AND found.atom = ?))`,
    values: [value, `${escaped(value)}%`, Number.isNaN(number) ? null : number],
  };
}

/** A text in which LIKE sees no signs of its own. */
function escaped(text: string): string {
  return text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);
}
