/** What a merge adds, gathered before its transaction: read, checked, and compared with what is stored. */
import type { BundledSearch, BundledTraining } from '../../shared/domain/bundle.ts';
import { nameOfTraining, type TrainingKey } from '../../shared/domain/training.ts';
import type { ReplanUnits } from './bundle-analyses.ts';
import { type LayoutOf, type ReadArray, TrainingChecks } from './bundle-check.ts';
import { type Compared, compareTraining, type Lacking } from './bundle-comparison.ts';
import type { WantedArrays } from './bundle-staging.ts';
import type { BundleTargets } from './bundle-target.ts';
import type { Bundled } from './bundled.ts';
import { integer, row, text } from './columns.ts';
import { StorePart } from './part.ts';
import { findTraining } from './training-rows.ts';

/** Reads a training of a bundle. It is the same each time, or this throws. */
export type ReadTraining = () => BundledTraining;

/** A search of a bundle, as far as the bundle holds it. */
export interface BundledPart {
  readonly search: BundledSearch;
  readonly trainings: readonly ReadTraining[];
  readonly readArray: ReadArray;
  /** When weights were left out of the bundle, Unix milliseconds; undefined if they are in it. */
  readonly withoutWeightsSince: number | undefined;
  /**
   * Plans analyses of a search that has grown. Without it, stored results of a search can't be kept when it
   * grows.
   */
  readonly replan?: ReplanUnits | undefined;
}

const SAVED = row({
  id: integer,
  replicate: integer,
  level: integer,
  branch: text,
  checksum: text,
});

/** A stored training, as it was when it was compared. Its checksum tells a later change. */
interface SavedTraining {
  readonly id: number;
  /** Hex; empty for a training of an early version. */
  readonly checksum: string;
}

export interface GatheredTraining {
  readonly key: TrainingKey;
  /** The stored training that it equals; undefined if there is none. */
  readonly saved: SavedTraining | undefined;
  /** Its arrays that are missing here: all of them for one that is not stored. */
  readonly lacking: Lacking;
  /** For one that is not stored. */
  readonly read: ReadTraining;
}

export interface GatheredPart {
  readonly part: BundledPart;
  /** The stored search that is the same experiment. */
  readonly known: string | undefined;
  readonly trainings: readonly GatheredTraining[];
  readonly wanted: WantedArrays;
  /** Trainings that are here with weights and came without. */
  readonly withoutWeights: number;
}

/**
 * Trainings with so many evaluations together are kept, some 100 MB; the others are read again in the
 * transaction.
 */
const KEPT_EVALUATIONS = 500_000;

const NOT_SAVED = { saved: undefined, isWithoutWeights: false } as const;

/** Gathers for one merge. */
export class Gathering extends StorePart {
  readonly #targets: BundleTargets;
  readonly #bundled: Bundled;
  #room = KEPT_EVALUATIONS;

  constructor(connection: StorePart['connection'], targets: BundleTargets, bundled: Bundled) {
    super(connection);
    this.#targets = targets;
    this.#bundled = bundled;
  }

  /**
   * @param onTraining told before each training.
   * @throws WorkbenchError `conflict` naming training and first difference if other results are stored for
   *   the same experiment; `invalid-data` for a training that does not fit its search.
   */
  gather(part: BundledPart, onTraining: () => void = () => undefined): GatheredPart {
    const { search, readArray } = part;
    const known = this.connection.read("the bundle can't be compared", () => {
      const found = this.#targets.find(search);
      if (found !== undefined) this.#targets.relation(found, search);
      return found;
    });
    const checks = new TrainingChecks(search, readArray);
    const sizes = new Map<string, number>();
    let withoutWeights = 0;
    const trainings = part.trainings.map((read): GatheredTraining => {
      onTraining();
      const training = read();
      checks.check(training);
      const { saved, lacking, isWithoutWeights } = this.#compared(
        known,
        training,
        checks.layoutOf,
        readArray,
      );
      for (const [, sha256] of lacking) sizes.set(sha256, checks.lengthOf(sha256));
      if (isWithoutWeights) withoutWeights += 1;
      return { key: training.key, saved, lacking, read: saved ? read : this.#kept(training, read) };
    });
    return { part, known, trainings, wanted: { sizes, readArray }, withoutWeights };
  }

  /**
   * Whether the store still has what a part was compared with. For use within the transaction of the merge.
   *
   * @param known the stored search that is the same experiment now.
   */
  isCurrent(gathered: GatheredPart, known: string | undefined): boolean {
    if (known !== gathered.known) return false;
    if (known === undefined) return true;
    const now = this.#savedTrainings(known);
    return gathered.trainings.every(({ key, saved: before }) => {
      const saved = now.get(nameOfTraining(key));
      return saved?.id === before?.id && saved?.checksum === before?.checksum;
    });
  }

  #compared(
    known: string | undefined,
    training: BundledTraining,
    layoutOf: LayoutOf,
    readArray: ReadArray,
  ): Compared & Pick<GatheredTraining, 'saved'> {
    return this.connection.read("the bundle can't be compared", () => {
      const found =
        known === undefined ? undefined : findTraining(this.connection, known, training.key);
      if (!found) return { ...NOT_SAVED, lacking: Object.entries(training.arrays) };
      const layout = layoutOf(training.key.branch);
      const compared = compareTraining(this.connection, this.#bundled, {
        saved: found,
        training,
        layout,
        readArray,
      });
      const { id, checksum } = this.connection
        .prepare(`${SELECT_SAVED} WHERE id = ?`, SAVED)
        .one(found.id);
      return { ...compared, saved: { id, checksum } };
    });
  }

  #savedTrainings(searchId: string): Map<string, SavedTraining> {
    const saved = this.connection
      .prepare(`${SELECT_SAVED} WHERE search_id = ?`, SAVED)
      .all(searchId);
    return new Map(
      saved.map(({ id, checksum, ...key }) => [nameOfTraining(key), { id, checksum }]),
    );
  }

  #kept(training: BundledTraining, read: ReadTraining): ReadTraining {
    const { length } = training.evaluations;
    if (length > this.#room) return read;
    this.#room -= length;
    return () => training;
  }
}

const SELECT_SAVED =
  'SELECT id, replicate, level, branch, hex(checksum) AS checksum FROM trainings';
