import { WorkbenchError } from '../../shared/contract/errors.ts';

export const LIST_SEARCHES = 'Run "ticket runs" for a list.';

export function noSearch(id: string): WorkbenchError {
  return new WorkbenchError('not-found', `there is no search "${id}"`, LIST_SEARCHES);
}
