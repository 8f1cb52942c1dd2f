/**
 * The checksums of a training that is not stored yet: those that `sealTraining` computes from its rows, so
 * that a merge needs no time for them in its transaction. `sealed.ts` says what they cover.
 */
import { type Evaluation, leastValidationLoss } from '../../shared/domain/training.ts';
import { digestOfRows } from './row-digests.ts';
import { CORRECT_ROLE, rowsOfArrays, TRAINING_COLUMNS } from './sealed.ts';
import { metricValues, type TrainingValues } from './training-rows.ts';

/** Everything that is going to be stored of a training. */
interface UnstoredTraining {
  /** The keys that its row and that of its session are going to have. */
  readonly id: number;
  readonly sessionId: number;
  readonly values: TrainingValues;
  readonly evaluations: readonly Evaluation[];
  /** SHA-256, hex, of each array, by its role. */
  readonly arrays: Readonly<Record<string, string>>;
}

interface TrainingSeals {
  readonly checksum: Uint8Array;
  /** Iterations, as in `decisive_evaluations`. */
  readonly earlyStop: number;
  readonly last: number;
  readonly decisiveChecksum: Uint8Array;
}

/** @throws Error if there are no evaluations. */
export function sealsOf(training: UnstoredTraining): TrainingSeals {
  const { id, sessionId, values, evaluations } = training;
  const row = [...TRAINING_COLUMNS.map((name) => asStored(values[name])), sessionId];
  const metrics = evaluations.map(metricValues);
  const arrays = rowsOfArrays(Object.entries(training.arrays));
  const earlyStop = leastValidationLoss(evaluations).iteration;
  const last = evaluations.at(-1)?.iteration ?? earlyStop;
  const decisive = metrics.filter(([at]) => at === earlyStop || at === last);
  const correct = arrays.filter(([role]) => role === CORRECT_ROLE);
  return {
    checksum: digestOfRows([[row], metrics, arrays]),
    earlyStop,
    last,
    decisiveChecksum: digestOfRows([
      [[id, ...row]],
      decisive.map((each) => [id, earlyStop, last, ...each]),
      correct.map(([, sha256]) => [id, sha256]),
    ]),
  };
}

/** SQLite stores no half of a pair of surrogates, which a text of a bundle may have. */
function asStored(value: string | number | null): string | number | null {
  return typeof value === 'string' ? value.toWellFormed() : value;
}
