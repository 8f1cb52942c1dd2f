/** What a merge adds, gathered before its transaction: read, checked, and compared with what is stored. */
import type { BundledSearch, BundledTraining } from '../../shared/domain/bundle.ts';
import { nameOfTraining, type TrainingKey } from '../../shared/domain/training.ts';
import type { ReplanUnits } from './bundle-analyses.ts';
import { type LayoutOf, type ReadArray, TrainingChecks } from './bundle-check.ts';
import { type Compared, compareTraining, type Lacking } from './bundle-comparison.ts';
import type { BundleLayout, LaidTrainings } from './bundle-layout.ts';
import { findSession } from './bundle-rows.ts';
import type { WantedArrays } from './bundle-staging.ts';
import type { BundleTargets } from './bundle-target.ts';
import type { Bundled } from './bundled.ts';
import { bytes, integer, optional, row, text } from './columns.ts';
import { StorePart } from './part.ts';
import { isSameChecksum, type SealsAfter } from './training-changes.ts';
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
  checksum: optional(bytes),
});

export interface GatheredTraining {
  readonly key: TrainingKey;
  /** The stored training that it equals, as it was when it was compared; undefined for a new one. */
  readonly saved: { readonly id: number; readonly seals: SealsAfter } | undefined;
  /** Its arrays that are missing here: all of them for a new one. */
  readonly lacking: Lacking;
}

export interface GatheredPart {
  readonly part: BundledPart;
  /** The stored search that is the same experiment. */
  readonly known: string | undefined;
  readonly trainings: readonly GatheredTraining[];
  /** Those that are new. */
  readonly laid: LaidTrainings;
  readonly wanted: WantedArrays;
  /** Trainings that are here with weights and came without. */
  readonly withoutWeights: number;
}

/** Gathers for one merge. */
export class Gathering extends StorePart {
  readonly #targets: BundleTargets;
  readonly #bundled: Bundled;
  readonly #layout: BundleLayout;

  constructor(
    connection: StorePart['connection'],
    targets: BundleTargets,
    bundled: Bundled,
    layout: BundleLayout,
  ) {
    super(connection);
    this.#targets = targets;
    this.#bundled = bundled;
    this.#layout = layout;
  }

  /**
   * @param onTraining told before each training.
   * @throws WorkbenchError `conflict` naming training and first difference if other results are stored for
   *   the same experiment; `invalid-data` for a training that does not fit its search.
   */
  gather(part: BundledPart, onTraining: () => void = () => undefined): GatheredPart {
    const { search, readArray } = part;
    const { known, sessions } = this.connection.read("the bundle can't be compared", () => {
      const found = this.#targets.find(search);
      if (found !== undefined) this.#targets.relation(found, search);
      const stored = search.sessions.map((each) =>
        found === undefined ? undefined : findSession(this.connection, found, each),
      );
      return { known: found, sessions: stored };
    });
    const laid = this.#layout.search(known ?? search.id, sessions);
    const checks = new TrainingChecks(search, readArray);
    const sizes = new Map<string, number>();
    let withoutWeights = 0;
    const trainings = part.trainings.map((read): GatheredTraining => {
      onTraining();
      const training = read();
      const { key } = training;
      checks.check(training);
      const compared = this.#compared(known, training, checks.layoutOf, readArray);
      if (!compared) laid.add(training);
      const lacking = compared?.lacking ?? Object.entries(training.arrays);
      for (const [, sha256] of lacking) sizes.set(sha256, checks.lengthOf(sha256));
      if (compared?.isWithoutWeights === true) withoutWeights += 1;
      return { key, saved: compared, lacking };
    });
    return { part, known, trainings, laid, wanted: { sizes, readArray }, withoutWeights };
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
      return (
        saved?.id === before?.id && isSameChecksum(saved?.checksum, before?.seals.found.checksum)
      );
    });
  }

  /** @returns undefined for a new one. */
  #compared(
    known: string | undefined,
    training: BundledTraining,
    layoutOf: LayoutOf,
    readArray: ReadArray,
  ): (Compared & { readonly id: number }) | undefined {
    if (known === undefined) return undefined;
    return this.connection.read("the bundle can't be compared", () => {
      const saved = findTraining(this.connection, known, training.key);
      if (!saved) return undefined;
      const layout = layoutOf(training.key.branch);
      const given = { saved, training, layout, readArray };
      return { ...compareTraining(this.connection, this.#bundled, given), id: saved.id };
    });
  }

  #savedTrainings(searchId: string) {
    const saved = this.connection
      .prepare(
        'SELECT id, replicate, level, branch, checksum FROM trainings WHERE search_id = ?',
        SAVED,
      )
      .all(searchId);
    return new Map(
      saved.map(({ id, checksum, ...key }) => [nameOfTraining(key), { id, checksum }] as const),
    );
  }
}
