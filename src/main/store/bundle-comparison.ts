/** Compares a training of a bundle with the one that is stored. */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { BundledTraining } from '../../shared/domain/bundle.ts';
import type { ParameterLayout } from '../../shared/domain/layout.ts';
import { describeTraining } from '../../shared/domain/training.ts';
import type { ReadArray } from './bundle-check.ts';
import type { Bundled } from './bundled.ts';
import { bytes, row, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { findSound, type SealsAfter, sealsWith } from './training-changes.ts';
import { firstDifference } from './training-difference.ts';
import { evaluationsOfTraining, type TrainingRow } from './training-rows.ts';

const ARRAY = row({ role: text, sha256: bytes });

const FINAL_WEIGHTS = 'final-weights';

/** Arrays that only the bundle has, by role. */
export type Lacking = readonly (readonly [role: string, sha256: string])[];

/** A training of a bundle and the stored one, which were found to be the same. */
export interface Compared {
  /** What the stored one has, with what it is lacking. */
  readonly seals: SealsAfter;
  /** Weights that were dropped here are taken again. */
  readonly lacking: Lacking;
  /** Whether only the stored one has weights, so that they could not be compared. */
  readonly isWithoutWeights: boolean;
}

/**
 * A training that is there already must be the same.
 *
 * @throws WorkbenchError `conflict` naming the first difference.
 */
export function compareTraining(
  connection: Connection,
  bundled: Bundled,
  {
    saved,
    training,
    layout,
    readArray,
  }: {
    readonly saved: TrainingRow;
    readonly training: BundledTraining;
    readonly layout: ParameterLayout;
    readonly readArray: ReadArray;
  },
): Compared {
  const found = findSound(connection, saved);
  const stored = arraysOf(connection, saved.id);
  const difference = firstDifference(
    { ...saved, evaluations: evaluationsOfTraining(connection, saved.id), arrays: stored },
    { ...training, arrays: new Map(Object.entries(training.arrays)) },
    layout,
    (role) => [bundled.array(stored.get(role) ?? ''), readArray(training.arrays[role] ?? '')],
  );
  if (!difference) {
    const lacking = Object.entries(training.arrays).filter(([role]) => !stored.has(role));
    const arrays = { stored, added: lacking };
    return {
      lacking,
      seals:
        lacking.length > 0
          ? sealsWith(connection, saved.id, found, arrays)
          : { found, after: undefined },
      isWithoutWeights: stored.has(FINAL_WEIGHTS) && !(FINAL_WEIGHTS in training.arrays),
    };
  }
  const { what, stored: here, other } = difference;
  throw new WorkbenchError(
    'conflict',
    `${describeTraining(training.key)} of the search ${saved.searchId} has other results in the bundle: ${what} is ${here} here and ${other} there`,
    'Nothing was merged. Equal settings give equal bits with one engine on one kind of processor: compare the environments, and run "ticket verify" on both.',
  );
}

function arraysOf(connection: Connection, trainingId: number): Map<string, string> {
  const rows = connection
    .prepare(
      `SELECT role, sha256 FROM training_blobs JOIN blobs ON blobs.id = blob_id
       WHERE training_id = ?`,
      ARRAY,
    )
    .all(trainingId);
  return new Map(rows.map(({ role, sha256 }) => [role, sha256.toString('hex')]));
}
