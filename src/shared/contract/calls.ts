/**
 * Every call of the workbench, declared once: its name, its input and its value. Each file of `calls/` has
 * those of one topic. Handlers, the client, validation and the window's forms follow from this table. A
 * missing handler or an argument of the wrong type is a compile error.
 */
import type { z } from 'zod';
import { ANALYSIS_CALLS } from './calls/analyses.ts';
import { BUNDLE_CALLS } from './calls/bundles.ts';
import type { Call } from './calls/call.ts';
import { CATALOG_CALLS } from './calls/catalog.ts';
import { EXPORT_CALLS } from './calls/exports.ts';
import { HISTORY_CALLS } from './calls/history.ts';
import { HOST_CALLS } from './calls/host.ts';
import { PUBLISHED_CALLS } from './calls/published.ts';
import { RESULT_CALLS } from './calls/results.ts';
import { SEARCH_CALLS } from './calls/searches.ts';
import { SETTINGS_CALLS } from './calls/settings.ts';
import { STORAGE_CALLS } from './calls/storage.ts';
import { SWEEP_CALLS } from './calls/sweeps.ts';
import { TICKET_CALLS } from './calls/tickets.ts';
import type { ErrorReport } from './errors.ts';

export { SORT_COLUMNS, type SortColumn } from './calls/history.ts';

export const CALLS = {
  ...CATALOG_CALLS,
  ...SETTINGS_CALLS,
  ...SEARCH_CALLS,
  ...HISTORY_CALLS,
  ...RESULT_CALLS,
  ...ANALYSIS_CALLS,
  ...TICKET_CALLS,
  ...EXPORT_CALLS,
  ...PUBLISHED_CALLS,
  ...SWEEP_CALLS,
  ...BUNDLE_CALLS,
  ...STORAGE_CALLS,
  ...HOST_CALLS,
} as const;

export type CallName = keyof typeof CALLS;

/** What a caller passes. Settings with defaults may be omitted. */
export type CallInput<Name extends CallName> = z.input<(typeof CALLS)[Name]['input']>;

/** What a handler receives: validated, with defaults filled in. */
export type CallArguments<Name extends CallName> = z.output<(typeof CALLS)[Name]['input']>;

export type CallValue<Name extends CallName> =
  (typeof CALLS)[Name] extends Call<z.ZodType, infer Value> ? Value : never;

/** The outcome of a call, as a message carries it. */
export type CallResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: ErrorReport };

export type HistoryExport = CallArguments<'history.export'>;
export type SearchFilter = CallArguments<'search.list'>['filter'];
export type SearchSort = CallArguments<'search.list'>['sort'];
export type SearchQuery = CallArguments<'search.list'>;
export type LinesQuery = CallArguments<'history.lines'>;

export function isCallName(text: string): text is CallName {
  return Object.hasOwn(CALLS, text);
}
