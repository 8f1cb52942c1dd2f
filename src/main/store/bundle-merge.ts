/** Takes searches, or parts of them, from bundles: everything or nothing, and never over other results. */
import { messageOf, WorkbenchError } from '../../shared/contract/errors.ts';
import type { BundledSearch, BundledTraining, MergedSearch } from '../../shared/domain/bundle.ts';
import { layoutFrom } from '../../shared/domain/layout.ts';
import { plannedTrainings } from '../../shared/domain/plan.ts';
import type { Analyses } from './analyses.ts';
import type { Blobs } from './blobs.ts';
import { type LayoutOf, layoutsOf, type ReadArray, TrainingChecks } from './bundle-check.ts';
import { type Lacking, lackingArrays } from './bundle-comparison.ts';
import type { Bundled } from './bundled.ts';
import { experimentOf, type Relation, relationOf } from './bundle-experiment.ts';
import { removeStaged, stageArrays, type WantedArrays } from './bundle-staging.ts';
import {
  addExtensions,
  addPlace,
  addReadings,
  addSessions,
  fillIn,
  forgetUnits,
  mergeAnalysis,
  noteWeights,
} from './bundle-rows.ts';
import { changeTraining, sealPart, sealSearch, sealTraining } from './checksums.ts';
import { flag, integer, row, scalar, text } from './columns.ts';
import type { DataReadings } from './data-readings.ts';
import type { Leases } from './leases.ts';
import { StorePart } from './part.ts';
import { PART_NAMES } from './sealed.ts';
import type { Searches } from './searches.ts';
import { settingsHash } from './settings-hash.ts';
import { findTraining, insertMetrics, insertTraining, type TrainingRow } from './training-rows.ts';

const COUNT = scalar(integer);
const FOUND = row({ id: text, isDeleted: flag });

/** A search of a bundle, as far as the bundle holds it. */
export interface BundledPart {
  readonly search: BundledSearch;
  /** Gone through more than once. */
  readonly trainings: Iterable<BundledTraining>;
  readonly readArray: ReadArray;
  /** When weights were left out of the bundle, Unix milliseconds; undefined if they are in it. */
  readonly withoutWeightsSince: number | undefined;
}

export class BundleMerge extends StorePart {
  readonly #searches: Searches;
  readonly #bundled: Bundled;
  readonly #blobs: Blobs;
  readonly #leases: Leases;
  readonly #dataReadings: DataReadings;
  readonly #analyses: Analyses;

  constructor(
    connection: StorePart['connection'],
    parts: {
      readonly searches: Searches;
      readonly bundled: Bundled;
      readonly blobs: Blobs;
      readonly leases: Leases;
      readonly dataReadings: DataReadings;
      readonly analyses: Analyses;
    },
  ) {
    super(connection);
    this.#searches = parts.searches;
    this.#bundled = parts.bundled;
    this.#blobs = parts.blobs;
    this.#leases = parts.leases;
    this.#dataReadings = parts.dataReadings;
    this.#analyses = parts.analyses;
  }

  /**
   * Adds what is missing here: all searches of a bundle, or none. Merging the same again changes nothing.
   *
   * Everything is checked and compared first, and arrays are stored in small steps, which takes long and
   * holds up nobody. What follows is one short transaction, which compares again.
   *
   * @param stepBytes see `stageArrays`.
   * @throws WorkbenchError `conflict` naming training and first difference if other results are stored
   *   for the same experiment, for a search that runs here or is in the trash; `invalid-data` for a
   *   training that does not fit its search.
   */
  merge(given: Iterable<BundledPart>, stepBytes?: number): MergedSearch[] {
    const parts = [...given];
    const wanted = parts.map((part) => this.#check(part));
    const isStaged = stageArrays(this.connection, this.#blobs, wanted, stepBytes);
    try {
      return this.connection.write("the bundle can't be merged", () =>
        parts.map((part) => this.#mergeSearch(part, isStaged)),
      );
    } catch (error) {
      if (isStaged) removeStaged(this.connection, this.#blobs);
      throw error;
    }
  }

  /** @returns the arrays that are missing here. */
  #check({ search, trainings, readArray }: BundledPart): WantedArrays {
    const known = this.connection.read("the bundle can't be compared", () => {
      const found = this.#find(search);
      if (found !== undefined) this.#relation(found, search);
      return found;
    });
    const checks = new TrainingChecks(search, readArray);
    const sizes = new Map<string, number>();
    for (const training of trainings) {
      checks.check(training);
      for (const [, sha256] of this.#lackingIn(known, training, checks.layoutOf, readArray)) {
        sizes.set(sha256, checks.lengthOf(sha256));
      }
    }
    return { sizes, readArray };
  }

  #lackingIn(
    id: string | undefined,
    training: BundledTraining,
    layoutOf: LayoutOf,
    readArray: ReadArray,
  ): Lacking {
    return this.connection.read("the bundle can't be compared", () => {
      const saved = id === undefined ? undefined : this.#saved(id, training);
      return saved
        ? this.#lacking(saved, training, layoutOf, readArray)
        : Object.entries(training.arrays);
    });
  }

  #mergeSearch(part: BundledPart, isStaged: boolean): MergedSearch {
    const { connection } = this;
    const { search, readArray } = part;
    /** Those that were staged are there, unless another merge has removed them. */
    const idOfArray = (sha256: string): number =>
      (isStaged ? this.#blobs.idFor(sha256) : undefined) ?? this.#blobs.put(readArray(sha256));
    const known = this.#find(search);
    const otherCode = known === undefined ? undefined : this.#otherCode(known, search);
    const id = known ?? this.#insertSearch(search);
    const relation = known === undefined ? undefined : this.#grow(known, search);
    const sessions = addSessions(connection, id, search.sessions);
    const layoutOf = layoutsOf(search);
    const counts = { trainings: 0, added: 0, completed: 0 };
    for (const training of part.trainings) {
      counts.trainings += 1;
      const saved = this.#saved(id, training);
      if (!saved) {
        this.#addTraining(id, training, sessions[training.session], idOfArray);
        counts.added += 1;
        continue;
      }
      const lacking = this.#lacking(saved, training, layoutOf, readArray);
      if (lacking.length === 0) continue;
      changeTraining(connection, saved, () => {
        for (const [role, sha256] of lacking) this.#addArray(saved.id, role, idOfArray(sha256));
      });
      counts.completed += 1;
    }
    addReadings(connection, id, search);
    // Results over all replicates of an earlier stage no longer hold.
    for (const analysis of relation === 'earlier' ? [] : search.analyses) {
      mergeAnalysis(connection, id, analysis, sessions);
    }
    if (search.place) addPlace(connection, id, search.place, known === undefined);
    noteWeights(connection, id, part.withoutWeightsSince);
    // Otherwise times and errors of the stored search stay as they are.
    const isChanged = relation === undefined || relation === 'later' || counts.added > 0;
    const missing = this.#settle(id, known === undefined, isChanged);
    return {
      id,
      name: search.name,
      isNew: known === undefined,
      ...counts,
      ...(otherCode !== undefined && { otherCode }),
      missing,
    };
  }

  /** Builds of one version number may give other bits. Those of early builds are unknown. */
  #otherCode(id: string, search: BundledSearch): string | undefined {
    const own = codeOf(this.#bundled.search(id));
    if (own.size === 0) return undefined;
    return [...codeOf(search)].find((code) => !own.has(code));
  }

  /** The stored search that is the same experiment: the one with its id, or else the oldest. */
  #find(search: BundledSearch): string | undefined {
    const found = this.connection
      .prepare(
        `SELECT searches.id, deleted_at IS NOT NULL AS isDeleted
         FROM searches JOIN history ON search_id = searches.id
         WHERE searches.id = @id OR (settings_hash = @hash AND dataset_fingerprint = @fingerprint
           AND deleted_at IS NULL)
         ORDER BY searches.id <> @id, searches.created_at, searches.id`,
        FOUND,
      )
      .all({
        id: search.id,
        hash: settingsHash(search.written),
        fingerprint: search.datasetFingerprint,
      });
    const own = found.find(({ id }) => id === search.id);
    if (own?.isDeleted) {
      throw new WorkbenchError(
        'conflict',
        `the search ${search.id} of the bundle is in the trash here`,
        `Run "ticket trash restore ${search.id}" to merge into it, or delete it for good.`,
      );
    }
    if (own) return own.id;
    const experiment = experimentOf(search);
    return found.find(({ id }) => this.#experimentOf(id) === experiment)?.id;
  }

  /** Undefined for a damaged search, which nothing can be merged into. */
  #experimentOf(id: string): string | undefined {
    try {
      return experimentOf(this.#bundled.search(id));
    } catch {
      return undefined;
    }
  }

  #insertSearch(search: BundledSearch): string {
    const { id, createdAt, note, tags, settings, written } = search;
    this.#searches.restore(
      {
        name: search.name,
        settings,
        written,
        layout: layoutFrom(search.parameters),
        targetLayouts: new Map(
          search.targets.map(({ branch, parameters }) => [branch, layoutFrom(parameters)]),
        ),
        trainingsTotal: plannedTrainings(settings).length,
        plugIns: search.plugIns,
      },
      { id, createdAt },
    );
    this.connection.prepare('UPDATE history SET note = ? WHERE search_id = ?').run(note, id);
    const addTag = this.connection.prepare('INSERT OR IGNORE INTO tags VALUES (?, ?)');
    for (const tag of tags) addTag.run(id, tag);
    addExtensions(this.connection, id, search);
    fillIn(this.connection, id, search);
    return id;
  }

  /**
   * How the search of the bundle relates to the stored one.
   *
   * @throws WorkbenchError `conflict` if it is another experiment, or runs now.
   */
  #relation(id: string, search: BundledSearch): Relation {
    this.#leases.checkFree(id);
    const relation = relationOf(this.#bundled.search(id), search);
    if (typeof relation !== 'object') return relation;
    const { what, stored, other } = relation;
    throw new WorkbenchError(
      'conflict',
      `the search ${id} is another experiment here: ${what} is ${stored} here and ${other} in the bundle`,
      'Nothing was merged. Merge the bundle into another data directory (--data-dir).',
    );
  }

  /** Gives a stored search the settings of a later stage of itself. */
  #grow(id: string, search: BundledSearch): Relation {
    const relation = this.#relation(id, search);
    if (relation === 'later') {
      this.#searches.replan(id, {
        settings: search.settings,
        written: search.written,
        targetLayouts: new Map(
          search.targets.map(({ branch, parameters }) => [branch, layoutFrom(parameters)]),
        ),
        trainingsTotal: plannedTrainings(search.settings).length,
        plugIns: search.plugIns,
      });
      addExtensions(this.connection, id, search);
      forgetUnits(this.connection, id);
    }
    fillIn(this.connection, id, search);
    return relation;
  }

  #saved(id: string, { key }: BundledTraining): TrainingRow | undefined {
    return findTraining(this.connection, id, key);
  }

  #lacking(
    saved: TrainingRow,
    training: BundledTraining,
    layoutOf: LayoutOf,
    readArray: ReadArray,
  ): Lacking {
    const layout = layoutOf(training.key.branch);
    return lackingArrays(this.connection, this.#bundled, { saved, training, layout, readArray });
  }

  #addTraining(
    id: string,
    training: BundledTraining,
    session: number | undefined,
    idOfArray: (sha256: string) => number,
  ): void {
    const { identity, pruningIdentity, adoptedFrom, finishedAt } = training;
    const trainingId = insertTraining(
      this.connection,
      id,
      {
        ...training,
        identity:
          identity === undefined ? undefined : { training: identity, pruning: pruningIdentity },
      },
      { adoptedFrom, session, finishedAt },
    );
    insertMetrics(this.connection, trainingId, training.evaluations);
    for (const [role, sha256] of Object.entries(training.arrays)) {
      this.#addArray(trainingId, role, idOfArray(sha256));
    }
    sealTraining(this.connection, trainingId);
  }

  #addArray(trainingId: number, role: string, blobId: number): void {
    this.connection
      .prepare('INSERT INTO training_blobs VALUES (?, ?, ?)')
      .run(trainingId, role, blobId);
  }

  /**
   * What follows from the trainings; then seals everything. A stored search was found sound before it was
   * changed.
   *
   * @returns how many trainings are missing.
   */
  #settle(id: string, isNew: boolean, isChanged: boolean): number {
    if (isNew) {
      this.connection.prepare("UPDATE searches SET status = 'interrupted' WHERE id = ?").run(id);
    }
    sealSearch(this.connection, id);
    if (isChanged) this.#searches.rederive(id, true);
    for (const part of PART_NAMES) sealPart(this.connection, part, [id]);
    this.#requireReadable(id);
    return this.connection
      .prepare('SELECT trainings_total - trainings_done FROM searches WHERE id = ?', COUNT)
      .one(id);
  }

  /** @throws WorkbenchError `invalid-data` for what this program can't have written. */
  #requireReadable(id: string): void {
    try {
      this.#bundled.search(id);
      this.#dataReadings.list(id);
      for (const analysis of this.#analyses.list(id)) this.#analyses.units(analysis.id);
    } catch (cause) {
      throw new WorkbenchError(
        'invalid-data',
        `the search ${id} of the bundle can't be read: ${messageOf(cause)}`,
        'Nothing was merged. Export the bundle again.',
        { cause },
      );
    }
  }
}

function codeOf({ sessions }: BundledSearch): Set<string> {
  return new Set(sessions.flatMap(({ environment }) => environment.code ?? []));
}
