/** What the tickets of one level measured at their early stops, of many searches at once. */
import { TICKET_BRANCH } from '../../shared/domain/training.ts';
import { storedValues } from './columns.ts';
import type { Connection } from './connection.ts';
import { JOIN_EARLY_STOP } from './decisive-evaluations.ts';

export interface LevelOfSearch {
  readonly searchId: string;
  readonly level: number;
}

/** By replicate; NaN where one has not finished. */
export interface EarlyStops {
  /** Test accuracies, 0..1. */
  readonly accuracies: readonly number[];
  readonly iterations: readonly number[];
}

/** The ids of the trainings, too, which have to be checked. */
interface FoundEarlyStops extends EarlyStops {
  readonly trainingIds: readonly number[];
}

/** In the order of `levels`. */
export function earlyStopsOf(
  connection: Connection,
  levels: readonly LevelOfSearch[],
): FoundEarlyStops[] {
  const found = levels.map(() => ({
    trainingIds: new Array<number>(),
    accuracies: new Array<number>(),
    iterations: new Array<number>(),
  }));
  const rows = connection
    .prepare(
      `SELECT wanted.key, trainings.id, replicate, iteration, test_accuracy
       FROM json_each(?) AS wanted
       CROSS JOIN trainings ON search_id = wanted.value ->> 0 AND level = wanted.value ->> 1
         AND branch = '${TICKET_BRANCH}'
       ${JOIN_EARLY_STOP}
       ORDER BY wanted.key, replicate`,
      // Not checked by a schema, which would take most of the time: there may be 10,000 searches.
      storedValues,
    )
    .iterate(JSON.stringify(levels.map(({ searchId, level }) => [searchId, level])));
  for (const row of rows) {
    const [place, id, replicate, iteration, accuracy] = row.map((value) =>
      typeof value === 'number' ? value : Number.NaN,
    );
    const { trainingIds, accuracies, iterations } = found[place!]!;
    while (accuracies.length < replicate!) {
      accuracies.push(Number.NaN);
      iterations.push(Number.NaN);
    }
    trainingIds.push(id!);
    accuracies.push(accuracy!);
    iterations.push(iteration!);
  }
  return found;
}
