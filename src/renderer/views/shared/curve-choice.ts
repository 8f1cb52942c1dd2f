/** What a card of learning curves shows, as a value that can be kept. */
import type { JsonObject } from '../../../shared/contract/json.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';

export interface CurveChoice {
  /** `running`: the trainings that run now; `mean` over replicates; `all`; or one, counted from 0. */
  readonly replicate: string;
  /** `all`, or the name of a branch. */
  readonly branch: string;
  /** Levels, or of several searches densities; undefined: some that can be told apart. */
  readonly ticked: readonly number[] | undefined;
}

export const MEAN_OF_TICKETS: CurveChoice = {
  replicate: 'mean',
  branch: TICKET_BRANCH,
  ticked: undefined,
};

/** @param kept may come from another version: what does not fit is as in `usual`. */
export function choiceFrom(kept: JsonObject, usual: CurveChoice): CurveChoice {
  const { replicate, branch, ticked } = kept;
  const numbers = Array.isArray(ticked)
    ? ticked.filter((each) => typeof each === 'number')
    : undefined;
  return {
    replicate: typeof replicate === 'string' ? replicate : usual.replicate,
    branch: typeof branch === 'string' ? branch : usual.branch,
    ticked: numbers ?? usual.ticked,
  };
}

export function choiceAsJson({ replicate, branch, ticked }: CurveChoice): JsonObject {
  return { replicate, branch, ...(ticked && { ticked: [...ticked] }) };
}
