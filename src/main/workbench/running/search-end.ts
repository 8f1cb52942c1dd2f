/** How a search's run ended, and everything that follows from it. */
import { type ErrorReport, reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchEvent } from '../../../shared/contract/events.ts';
import type { SearchResult, SearchStatus } from '../../../shared/domain/search.ts';

/** What the run throws where nobody looks at its end, and the exit code follow from `error`. */
export type SearchEnd =
  | { readonly reason: 'finished'; readonly result: SearchResult }
  /** It was asked to, or its process ends. What is finished is saved. */
  | { readonly reason: 'stopped'; readonly error: WorkbenchError }
  | { readonly reason: 'failed'; readonly error: unknown }
  /** Another process may run it by now, so nothing more is written. */
  | { readonly reason: 'lease-lost'; readonly error: WorkbenchError };

export type EarlyEnd = Exclude<SearchEnd, { readonly reason: 'finished' }>;

/** @param hadFinished before the run, which was for analyses only. */
export function earlyEnd(error: unknown, id: string, hadFinished: boolean): EarlyEnd {
  if (reportOf(error).code !== 'interrupted') return { reason: 'failed', error };
  const [what, hint] = hadFinished
    ? [`The analysis of the search ${id} was stopped; every finished part`, 'Ask for it again.']
    : [
        `The search ${id} was stopped; every finished training`,
        `Continue with: ticket resume ${id}`,
      ];
  return {
    reason: 'stopped',
    error: new WorkbenchError('interrupted', `${what} is saved.`, hint),
  };
}

/** What the search is after its run; undefined leaves it as it is. */
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

/** Saved with the status of a search that has failed. */
export function reportAfter(end: EarlyEnd): ErrorReport | undefined {
  return end.reason === 'failed' ? reportOf(end.error) : undefined;
}

/** The last event of the run; undefined if nothing more is to be told. */
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
