/** What a search has measured so far. */
import { z } from 'zod';
import { CURVE_MEASURES } from '../../charts/curve-measures.ts';
import type { SearchResult } from '../../domain/search.ts';
import type {
  LearningCurve,
  LogEntry,
  SearchData,
  SearchDetail,
  SearchSeries,
  TrainingRow,
} from '../records/search-results.ts';
import { call, returns } from './call.ts';
import { id } from './inputs.ts';

export const RESULT_CALLS = {
  'search.get': call(z.strictObject({ id }), returns<SearchDetail>()),
  /** Undefined until the first dense training has finished. */
  'search.result': call(z.strictObject({ id }), returns<SearchResult | undefined>()),
  /** What was read of the search's datasets; empty before its first start. */
  'search.data': call(z.strictObject({ id }), returns<readonly SearchData[]>()),
  'search.series': call(z.strictObject({ id }), returns<SearchSeries>()),
  /**
   * Learning curves of the chosen trainings, or of all. Curves of running trainings are incomplete. With
   * `drawn`, long ones have only what can be drawn of them, all over and in the range; otherwise they have
   * every evaluation of the range.
   */
  'search.curves': call(
    z.strictObject({
      id,
      replicate: z.int().min(0).optional(),
      levels: z.array(z.int().min(0)).max(10_000).optional(),
      branch: id.optional(),
      range: z.strictObject({ from: z.number(), to: z.number() }).optional(),
      drawn: z
        .strictObject({
          measure: z.enum(CURVE_MEASURES),
          isMean: z.boolean(),
          smoothing: z.number().min(0).lt(1),
          isLogarithmic: z.boolean(),
          columns: z.int().min(1).max(10_000),
        })
        .optional(),
    }),
    returns<readonly LearningCurve[]>(),
  ),
  'search.trainings': call(z.strictObject({ id }), returns<readonly TrainingRow[]>()),
  /** The last `limit` entries, oldest first. */
  'search.log': call(
    z.strictObject({ id, limit: z.int().min(1).max(10_000).default(1000) }),
    returns<readonly LogEntry[]>(),
  ),
} as const;
