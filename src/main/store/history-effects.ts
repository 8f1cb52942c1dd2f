/** How large the effects are that verdicts judge: rows of search_effects. */
import type { SearchEffect } from '../../shared/contract/records/search-rows.ts';
import { type DecodedBy, optional, real, row, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { historyLevelsJson } from './stored-json.ts';

const EFFECT = row({
  id: text,
  accuracyMean: optional(real).catch(undefined),
  accuracyLower: optional(real).catch(undefined),
  accuracyUpper: optional(real).catch(undefined),
  iterationsMean: optional(real).catch(undefined),
  iterationsLower: optional(real).catch(undefined),
  iterationsUpper: optional(real).catch(undefined),
  earlyStop: optional(real).catch(undefined),
  levels: historyLevelsJson.catch([]),
});

/** A column of search_effects, for a condition or an order of `search_rows`. */
export const effectColumn = (column: 'accuracy_difference' | 'early_stop'): string =>
  `(SELECT ${column} FROM search_effects WHERE search_effects.search_id = search_rows.search_id)`;

/** The effects of these searches, by id; those that have none are missing. */
export function effectsOf(
  connection: Connection,
  searchIds: readonly string[],
): Map<string, SearchEffect> {
  const found = connection
    .prepare(
      `SELECT search_id AS id, accuracy_difference AS accuracyMean, accuracy_lower AS accuracyLower,
         accuracy_upper AS accuracyUpper, iteration_difference AS iterationsMean,
         iteration_lower AS iterationsLower, iteration_upper AS iterationsUpper,
         early_stop AS earlyStop, levels
       FROM json_each(?) AS wanted JOIN search_effects ON search_id = wanted.value`,
      EFFECT,
    )
    .all(JSON.stringify(searchIds));
  return new Map(found.map((effect) => [effect.id, effectOf(effect)]));
}

function effectOf(stored: DecodedBy<typeof EFFECT>): SearchEffect {
  const { accuracyMean, iterationsMean } = stored;
  return {
    accuracy:
      accuracyMean === undefined
        ? undefined
        : { mean: accuracyMean, lower: stored.accuracyLower, upper: stored.accuracyUpper },
    iterations:
      iterationsMean === undefined
        ? undefined
        : { mean: iterationsMean, lower: stored.iterationsLower, upper: stored.iterationsUpper },
    earlyStop: stored.earlyStop,
    levels: stored.levels,
  };
}

/** The rows with their effects. */
export function withEffects<Row extends { readonly id: string }>(
  connection: Connection,
  rows: readonly Row[],
): (Row & { readonly effect?: SearchEffect })[] {
  const effects = effectsOf(
    connection,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => {
    const effect = effects.get(row.id);
    return effect ? { ...row, effect } : row;
  });
}

/** For use within the transaction that seals the part `effects`. */
export function saveEffect(
  connection: Connection,
  searchId: string,
  effect: SearchEffect | undefined,
): void {
  connection
    .prepare(
      `INSERT OR REPLACE INTO search_effects
       VALUES (@searchId, @accuracyMean, @accuracyLower, @accuracyUpper, @iterationsMean,
         @iterationsLower, @iterationsUpper, @earlyStop, @levels)`,
    )
    .run({
      searchId,
      accuracyMean: effect?.accuracy?.mean ?? null,
      accuracyLower: effect?.accuracy?.lower ?? null,
      accuracyUpper: effect?.accuracy?.upper ?? null,
      iterationsMean: effect?.iterations?.mean ?? null,
      iterationsLower: effect?.iterations?.lower ?? null,
      iterationsUpper: effect?.iterations?.upper ?? null,
      earlyStop: effect?.earlyStop ?? null,
      levels: JSON.stringify(effect?.levels ?? []),
    });
}
