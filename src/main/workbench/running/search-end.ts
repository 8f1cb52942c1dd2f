/** How a search's run ended, and the resulting status, error and event. */
import { type ErrorReport, reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchEvent } from '../../../shared/contract/events.ts';
import type { SearchResult, SearchStatus } from '../../../shared/domain/search.ts';

/** If a caller does not look at the end, the run throws `error`, which also gives the exit code. */
export type SearchEnd =
  | { readonly reason: 'finished'; readonly result: SearchResult }
  /** On request, or because the process ends. Finished work is saved. */
  | { readonly reason: 'stopped'; readonly error: WorkbenchError }
  | { readonly reason: 'failed'; readonly error: unknown }
  /** Another process may already run the search, so nothing more is written. */
  | { readonly reason: 'lease-lost'; readonly error: WorkbenchError };

export type EarlyEnd = Exclude<SearchEnd, { readonly reason: 'finished' }>;

/** @param hadFinished before this run, which was then only for analyses. */
export function earlyEnd(error: unknown, id: string, hadFinished: boolean): EarlyEnd {
  if (reportOf(error).code !== 'interrupted') return { reason: 'failed', error };
  const [message, hint] = hadFinished
    ? [
        `The analysis of the search ${id} was stopped; every finished part is saved.`,
        'Request it again.',
      ]
    : [
        `The search ${id} was stopped; its trainings are saved as far as they came.`,
        `Continue with: ticket resume ${id}`,
      ];
  return { reason: 'stopped', error: new WorkbenchError('interrupted', message, hint) };
}

/** The search's status after the run; undefined leaves it unchanged. */
export function statusAfter(end: EarlyEnd): SearchStatus | undefined {
  switch (end.reason) {
    case 'stopped':
      return 'interrupted';
    case 'failed':
      return 'failed';
    case 'lease-lost':
      return undefined;
  }
}

/** Saved with the status of a failed search. */
export function reportAfter(end: EarlyEnd): ErrorReport | undefined {
  return end.reason === 'failed' ? reportOf(end.error) : undefined;
}

/** The last event of the run; undefined if there is nothing more to report. */
export function eventAfter(end: EarlyEnd, id: string): SearchEvent | undefined {
  switch (end.reason) {
    case 'stopped':
      return { type: 'interrupted', id };
    case 'failed':
      return { type: 'failed', id, error: reportOf(end.error) };
    case 'lease-lost':
      return undefined;
  }
}

/** @throws the error of a run that has ended early. */
export function resultOf(end: SearchEnd): SearchResult {
  if (end.reason === 'finished') return end.result;
  throw end.error;
}
