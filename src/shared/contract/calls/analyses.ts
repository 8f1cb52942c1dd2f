/** Analyses in addition to the verdict. */
import { z } from 'zod';
import { jsonObjectSchema } from '../json.ts';
import type { AnalysisDetail, AnalysisOverview, SearchOverlap } from '../records/analyses.ts';
import { call, returns } from './call.ts';
import { comparedIds, id, workers } from './inputs.ts';

export const ANALYSIS_CALLS = {
  /** Every analysis requested in the search's settings or afterwards, oldest first. */
  'search.analyses': call(z.strictObject({ id }), returns<readonly AnalysisOverview[]>()),
  /**
   * Requests an analysis. For a finished search it is queued as if the search were resumed, and
   * `search.stop` stops it. Otherwise it runs once everything is trained. Requesting it again runs the
   * units that are missing.
   */
  'search.analyse': call(
    z.strictObject({
      id,
      /** `{ id: 'instability', levels: [0, 3] }`; omitted settings take their defaults. */
      analysis: jsonObjectSchema(20_000),
      workers,
    }),
    returns<AnalysisOverview>(),
  ),
  /** The results of an analysis so far. Charts of one part show the part that is selected. */
  'search.analysis': call(
    z.strictObject({
      id,
      analysis: z.int().min(1),
      selection: z
        .strictObject({
          level: z.int().min(0).optional(),
          /** Counted from 0. */
          replicate: z.int().min(0).optional(),
          branch: id.optional(),
          tensor: z.string().max(1000).optional(),
        })
        .default({}),
    }),
    returns<AnalysisDetail>(),
  ),
  /** Deletes an analysis and its results. */
  'search.forgetAnalysis': call(
    z.strictObject({ id, analysis: z.int().min(1) }),
    returns<undefined>(),
  ),
  /**
   * The mask overlap between tickets of searches with the network of the reference, by default the first;
   * computed on request. The others are left out, with the reason.
   */
  'search.overlap': call(
    z.strictObject({
      ids: comparedIds,
      reference: id.optional(),
      /** Every search with every other, or only with the reference. */
      pairs: z.enum(['all', 'reference']).default('all'),
    }),
    returns<SearchOverlap>(),
  ),
} as const;
