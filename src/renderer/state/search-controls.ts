/** What can be done with a search in its state, for its buttons and for the palette alike. */
import type { SearchRow } from '../../shared/contract/records/search-rows.ts';

interface SearchAbilities {
  readonly canPause: boolean;
  readonly canResume: boolean;
  readonly canStop: boolean;
  /**
   * Whether its training diverged. Every run of it would come to the same end, so its settings are to be
   * changed, and resuming is not the next thing to do.
   */
  readonly hasDiverged: boolean;
}

export function abilitiesOf({ state, error }: Pick<SearchRow, 'state' | 'error'>): SearchAbilities {
  return {
    canPause: state === 'running' || state === 'queued',
    canResume: ['paused', 'interrupted', 'failed'].includes(state),
    canStop: ['running', 'paused', 'queued'].includes(state),
    hasDiverged: state === 'failed' && error?.code === 'training-diverged',
  };
}
