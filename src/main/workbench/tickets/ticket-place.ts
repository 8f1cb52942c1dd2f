import type { TrainingKey } from '../../../shared/domain/training.ts';

/** A finished training of a search. */
export interface TicketPlace {
  readonly searchId: string;
  readonly key: TrainingKey;
}
