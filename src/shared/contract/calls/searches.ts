/** Searches: launched, stopped, extended, named, tagged and deleted. */
import { z } from 'zod';
import type { ExtensionRequest } from '../../domain/extension.ts';
import type { WrittenSettings } from '../../domain/settings.ts';
import { STOP_MOMENTS } from '../records/live.ts';
import type { ExtensionPreview, SearchAdvice } from '../records/planning.ts';
import type { SearchRow } from '../records/search-rows.ts';
import type { SubmittedSearch } from '../records/submissions.ts';
import { call, returns } from './call.ts';
import { id, ids, name, settingsDraft, tag, workers } from './inputs.ts';

/** What to add to a search. Handlers check it against its settings. */
const extensionRequest: z.ZodType<ExtensionRequest> = z.strictObject({
  replicates: z.int().min(0).max(1000).optional(),
  levels: z.int().min(0).max(100).optional(),
  densities: z.array(z.number().gt(0).lt(1)).max(100).optional(),
  branches: z
    .array(z.union([id, z.looseObject({ id })]))
    .max(50)
    .optional(),
});

export const SEARCH_CALLS = {
  /** Saves a search and puts it at the end of the queue. */
  'search.launch': call(
    z.strictObject({
      settings: settingsDraft,
      name,
      /** The number of concurrent trainings; one per core by default. */
      workers,
    }),
    returns<SearchRow>(),
  ),
  /** Pauses a running search, or keeps a queued one from starting. */
  'search.pause': call(z.strictObject({ id }), returns<SearchRow>()),
  /** Continues a paused search, or queues one that was interrupted or failed. */
  'search.resume': call(z.strictObject({ id, workers }), returns<SearchRow>()),
  /**
   * Ends a search so that it can be resumed later. `level-end` lets the running trainings finish first;
   * each of them is one level of a branch.
   */
  'search.stop': call(
    z.strictObject({ id, when: z.enum(STOP_MOMENTS).default('now') }),
    returns<SearchRow>(),
  ),
  /** What extending a search would add, and how long it takes. Changes nothing. */
  'search.previewExtension': call(
    z.strictObject({
      id,
      extension: extensionRequest,
      workers,
    }),
    returns<ExtensionPreview>(),
  ),
  /**
   * Adds replicates, levels or branches to a search that has ended, and queues it. What it has trained
   * is kept.
   */
  'search.extend': call(
    z.strictObject({
      id,
      extension: extensionRequest,
      workers,
    }),
    returns<SearchRow>(),
  ),
  /** What to do next with a search; undefined until it has finished with a pruned level. */
  'search.advice': call(z.strictObject({ id, workers }), returns<SearchAdvice | undefined>()),
  /** The settings and a name for a new search like this one. */
  'search.clone': call(
    z.strictObject({ id }),
    returns<{ readonly name: string; readonly settings: WrittenSettings }>(),
  ),
  /** The command line that would run this search again. */
  'search.command': call(z.strictObject({ id }), returns<string>()),
  'search.rename': call(z.strictObject({ id, name }), returns<SearchRow>()),
  'search.tag': call(
    z.strictObject({
      ids,
      add: z.array(tag).max(50).default([]),
      remove: z.array(tag).max(50).default([]),
    }),
    returns<readonly SearchRow[]>(),
  ),
  'search.note': call(z.strictObject({ id, note: z.string().max(100_000) }), returns<SearchRow>()),
  'search.archive': call(
    z.strictObject({ ids, archived: z.boolean() }),
    returns<readonly SearchRow[]>(),
  ),
  /** Marks searches as deleted. `search.undelete` restores them until they are purged. */
  'search.delete': call(
    z.strictObject({ ids }),
    returns<{
      readonly ids: readonly string[];
      /** Unix time, milliseconds, after which they can't be restored. */
      readonly purgedAfter: number;
    }>(),
  ),
  'search.undelete': call(z.strictObject({ ids }), returns<readonly SearchRow[]>()),
  /** The shards of a search that was submitted from this data directory; undefined for any other. */
  'search.shards': call(z.strictObject({ id }), returns<SubmittedSearch | undefined>()),
} as const;
