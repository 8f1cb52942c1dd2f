/** What the table of all searches shows of their results, as the workbench summarises them. */
import type { HeadlineVerdict, SearchEffect } from '../../shared/contract/records/search-rows.ts';
import { changePart } from './checksums.ts';
import { scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { saveEffect } from './history-effects.ts';

export interface HistorySummary {
  /** How many finished trainings it summarises. */
  readonly trainings: number;
  readonly trainingMilliseconds: number;
  readonly verdict: HeadlineVerdict | undefined;
  readonly denseAccuracy: number | undefined;
  readonly bestAccuracy: number | undefined;
  readonly sparkline: Float32Array;
  readonly effect?: SearchEffect | undefined;
}

/** For use within a transaction. */
export function saveSummary(
  connection: Connection,
  searchId: string,
  summary: HistorySummary,
): void {
  const { verdict, sparkline } = summary;
  changePart(connection, 'state', [searchId], () => {
    connection
      .prepare(
        `UPDATE history SET summarized_trainings = @trainings,
           training_milliseconds = @trainingMilliseconds, verdict_kind = @kind,
           verdict_level = @level, verdict_density = @density, verdict_reason = @reason,
           dense_accuracy = @denseAccuracy, best_accuracy = @bestAccuracy, sparkline = @sparkline
         WHERE search_id = @searchId`,
      )
      .run({
        searchId,
        trainings: summary.trainings,
        trainingMilliseconds: summary.trainingMilliseconds,
        kind: verdict?.kind ?? null,
        level: verdict?.level ?? null,
        density: verdict?.density ?? null,
        reason: verdict?.reason ?? null,
        denseAccuracy: summary.denseAccuracy ?? null,
        bestAccuracy: summary.bestAccuracy ?? null,
        sparkline: Buffer.from(sparkline.buffer, sparkline.byteOffset, sparkline.byteLength),
      });
  });
  changePart(connection, 'effects', [searchId], () => {
    saveEffect(connection, searchId, summary.effect);
  });
}

/** Searches with finished trainings that their summary does not count. */
export function unsummarized(connection: Connection): string[] {
  return connection
    .prepare(
      'SELECT search_id FROM search_rows WHERE summarized_trainings <> trainings_done',
      scalar(text),
    )
    .all();
}

/** An earlier version has summarised it, without its effect size. */
const LACKS_EFFECT = `deleted_at IS NULL AND summarized_trainings > 0
  AND search_id NOT IN (SELECT search_id FROM search_effects)`;

/** The searches that lack it, newest first. */
export function withoutEffect(connection: Connection): string[] {
  return connection
    .prepare(`SELECT search_id FROM history WHERE ${LACKS_EFFECT} ORDER BY id DESC`, scalar(text))
    .all();
}

export function lacksEffect(connection: Connection, searchId: string): boolean {
  const found = connection
    .prepare(`SELECT search_id FROM history WHERE search_id = ? AND ${LACKS_EFFECT}`, scalar(text))
    .get(searchId);
  return found !== undefined;
}
