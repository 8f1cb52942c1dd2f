import type { CallInput } from '../../shared/contract/calls.ts';

/** What calls for a report of a search, a sweep and a comparison have in common. */
export type ReportCall = Pick<CallInput<'search.export'>, 'format' | 'methods' | 'points'>;
