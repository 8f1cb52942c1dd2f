/** Reads all that was measured of a sweep's searches, once: its table, its lines and its charts are made of it. */
import { type ErrorReport, reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchRow } from '../../../shared/contract/records/search-rows.ts';
import type { SearchRecord, SearchResult } from '../../../shared/domain/search.ts';
import { describePoints, type SweepValue } from '../../../shared/domain/sweep.ts';
import type { TrainingRecord } from '../../../shared/domain/training-record.ts';
import type { Store, SweepRecord } from '../../store/store.ts';
import { resultOf } from './search-result.ts';

export interface SweepReading {
  readonly sweep: SweepRecord;
  /** In the order of the grid. */
  readonly searches: readonly SearchReading[];
}

export interface SearchReading extends Outcome {
  readonly searchId: string;
  readonly label: string;
  readonly values: readonly SweepValue[];
  readonly row: Pick<SearchRow, 'state' | 'error' | 'damage'>;
}

interface Outcome {
  readonly search?: SearchRecord;
  readonly trainings: readonly TrainingRecord[];
  readonly result?: SearchResult | undefined;
  /** Why the search can't be read. */
  readonly damage?: ErrorReport;
}

/** Every grid point's label, by the id of its search. */
export function labelsOf(store: Store, { id, axes }: SweepRecord): Map<string, string> {
  const describe = describePoints(axes);
  return new Map(
    store.sweeps.members(id).map(({ searchId, values }) => [searchId, describe(values)]),
  );
}

interface KnownOutcome extends Outcome {
  /** The checksums of the search when it was read. */
  readonly seal: string;
}

/**
 * The searches of the sweep that was read last, by id. A running sweep is read every second, and most of
 * its searches have not changed since.
 */
const KNOWN = new WeakMap<Store, ReadonlyMap<string, KnownOutcome>>();

export function readSweep(store: Store, sweep: SweepRecord): SweepReading {
  return store.reading("the searches of the sweep can't be read", () => {
    const labels = labelsOf(store, sweep);
    const rows = new Map(store.history.many([...labels.keys()]).map((row) => [row.id, row]));
    const seals = store.sweeps.seals(sweep.id);
    const before = KNOWN.get(store);
    store.searches.checkTogether([...labels.keys()].filter((id) => !before?.has(id)));
    const known = new Map<string, KnownOutcome>();
    const searches = store.sweeps.members(sweep.id).flatMap(({ searchId, values }) => {
      const [label, row, seal] = [labels.get(searchId), rows.get(searchId), seals.get(searchId)];
      if (label === undefined || !row) return [];
      const last = before?.get(searchId);
      const isSame = last !== undefined && last.seal === seal;
      const outcome = isSame ? last : outcomeOf(store, searchId);
      if (seal !== undefined && !outcome.damage) known.set(searchId, { ...outcome, seal });
      const { search, trainings, result, damage } = outcome;
      return [
        {
          searchId,
          label,
          values,
          row,
          trainings,
          result,
          ...(search && { search }),
          ...(damage && { damage }),
        },
      ];
    });
    KNOWN.set(store, known);
    return { sweep, searches };
  });
}

/** A damaged search must not hide the others of its sweep. */
function outcomeOf(store: Store, searchId: string): Outcome {
  try {
    const search = store.searches.get(searchId);
    const trainings = store.trainings.outcomes(searchId);
    return { search, trainings, result: resultOf(store, search, trainings) };
  } catch (error) {
    if (!(error instanceof WorkbenchError) || error.code !== 'store-failed') throw error;
    return { trainings: [], damage: reportOf(error) };
  }
}
