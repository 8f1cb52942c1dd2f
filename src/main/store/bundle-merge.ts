/** Takes searches, or parts of them, from bundles: everything or nothing, and never over other results. */
import { messageOf, WorkbenchError } from '../../shared/contract/errors.ts';
import type { BundledSearch, MergedSearch, OtherAddition } from '../../shared/domain/bundle.ts';
import { layoutFrom } from '../../shared/domain/layout.ts';
import { countPlanned } from '../../shared/domain/plan.ts';
import type { Analyses } from './analyses.ts';
import type { Blobs } from './blobs.ts';
import type { Lacking } from './bundle-comparison.ts';
import type { Relation } from './bundle-experiment.ts';
import { type BundledPart, type GatheredPart, Gathering } from './bundle-gathering.ts';
import { BundleLayout, Outdated } from './bundle-layout.ts';
import {
  hasAbandonedArrays,
  type RemovalOptions,
  removeAbandonedArrays,
  StagedArrays,
} from './bundle-staging.ts';
import { BundleTargets } from './bundle-target.ts';
import type { Bundled } from './bundled.ts';
import { mergeAnalyses } from './bundle-analyses.ts';
import {
  addExtensions,
  addPlace,
  addReadings,
  addSessions,
  fillIn,
  noteWeights,
} from './bundle-rows.ts';
import { sealPart, sealSearch, type SealedTraining } from './checksums.ts';
import { integer, scalar } from './columns.ts';
import type { DataReadings } from './data-readings.ts';
import type { Leases } from './leases.ts';
import type { Liveness } from './liveness.ts';
import { StorePart } from './part.ts';
import { PART_NAMES } from './sealed.ts';
import type { Searches } from './searches.ts';
import { changeArrays, type SealsAfter } from './training-changes.ts';

const COUNT = scalar(integer);

/** How often a merge begins again because another process has changed the same searches meanwhile. */
const MOST_ATTEMPTS = 5;

export interface MergeOptions {
  /** What is stored of the arrays in one step. */
  readonly stepBytes?: number | undefined;
  /**
   * Whether other searches may take over the trainings, because this program has trained them itself.
   * Default: only those that `ticket verify` has trained again.
   */
  readonly isTrusted?: boolean | undefined;
  /** Told how much is done before anything is merged, 0..1. What it throws ends the merge. */
  readonly onFraction?: ((fraction: number) => void) | undefined;
  /**
   * Whether the merge waits as long as others write. `onFraction` is called several times a second meanwhile.
   */
  readonly isPatient?: boolean | undefined;
}

interface AttemptOptions {
  readonly isTrusted: boolean;
  readonly onFraction: (fraction: number) => void;
}

/** What is written before the transaction. */
interface Prepared {
  readonly staged: StagedArrays;
  readonly layout: BundleLayout;
}

/** A stored training that the bundle has arrays for. */
interface IncompleteTraining extends SealedTraining {
  readonly seals: SealsAfter;
  readonly lacking: Lacking;
}

/** Gathering reads all trainings, and storing arrays writes most bytes: each is half of the progress. */
const GATHERING_SHARE = 0.5;

export class BundleMerge extends StorePart {
  readonly #searches: Searches;
  readonly #bundled: Bundled;
  readonly #blobs: Blobs;
  readonly #dataReadings: DataReadings;
  readonly #analyses: Analyses;
  readonly #targets: BundleTargets;
  readonly #liveness: Liveness;

  constructor(
    connection: StorePart['connection'],
    liveness: Liveness,
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
    this.#liveness = liveness;
    this.#searches = parts.searches;
    this.#bundled = parts.bundled;
    this.#blobs = parts.blobs;
    this.#dataReadings = parts.dataReadings;
    this.#analyses = parts.analyses;
    this.#targets = new BundleTargets(connection, parts.bundled, parts.leases);
  }

  /**
   * Adds what is missing here: all searches of a bundle, or none. Merging the same again changes nothing.
   *
   * Everything is read, checked, compared and laid out first, and arrays are stored in small steps, which
   * takes long and holds up nobody. What follows is one short transaction, which copies rows if nothing that
   * was compared has changed.
   *
   * @throws WorkbenchError `conflict` naming training and first difference if other results are stored
   *   for the same experiment, for a search that runs here or is in the trash; `invalid-data` for a
   *   training that does not fit its search.
   */
  merge(parts: readonly BundledPart[], options: MergeOptions = {}): MergedSearch[] {
    const { stepBytes, isTrusted = false, onFraction = () => undefined, isPatient } = options;
    const staged = new StagedArrays(this.connection, this.#blobs, stepBytes);
    const layout = new BundleLayout(this.connection);
    const inTurn = <Result>(onWait: () => void, work: () => Result): Result =>
      isPatient === true ? this.connection.waitPatiently(onWait, work) : work();
    let done = 0;
    const attemptOptions = {
      isTrusted,
      onFraction: (fraction: number) => {
        done = fraction;
        onFraction(fraction);
      },
    };
    const onWait = () => {
      onFraction(done);
    };
    try {
      return inTurn(onWait, () => this.#tryRepeatedly(parts, { staged, layout }, attemptOptions));
    } finally {
      layout.clear();
      // One that was stopped waits, too: nobody else removes its arrays as long as this process lives.
      inTurn(
        () => undefined,
        () => {
          staged.release();
        },
      );
    }
  }

  #tryRepeatedly(
    parts: readonly BundledPart[],
    prepared: Prepared,
    options: AttemptOptions,
  ): MergedSearch[] {
    for (let count = 1; count <= MOST_ATTEMPTS; count += 1) {
      const merged = this.#attempt(parts, prepared, options);
      if (merged) return merged;
    }
    throw new WorkbenchError(
      'conflict',
      'searches of the bundle were changed here again and again while it was merged',
      'Nothing was merged. Try again when other merges have ended.',
      { isTemporary: true },
    );
  }

  /** Whether merges that were killed have left arrays. */
  hasAbandoned(): boolean {
    return hasAbandonedArrays(this.connection, this.#liveness);
  }

  /** Removes arrays that merges have left which were killed. */
  removeAbandoned(options?: RemovalOptions): void {
    removeAbandonedArrays(this.connection, this.#blobs, this.#liveness, options);
  }

  /** @returns undefined if another process has changed meanwhile what was gathered. */
  #attempt(
    parts: readonly BundledPart[],
    { staged, layout }: Prepared,
    { isTrusted, onFraction }: AttemptOptions,
  ): MergedSearch[] | undefined {
    layout.begin();
    const gathering = new Gathering(this.connection, this.#targets, this.#bundled, layout);
    const total = parts.reduce((sum, { trainings }) => sum + trainings.length, 0);
    let taken = 0;
    const gathered = parts.map((part) =>
      gathering.gather(part, () => {
        onFraction((taken / total) * GATHERING_SHARE);
        taken += 1;
      }),
    );
    const wanted = gathered.map((each) => each.wanted);
    if (wanted.some(({ sizes }) => sizes.size > 0)) {
      this.removeAbandoned({
        onStep: () => {
          onFraction(GATHERING_SHARE);
        },
      });
    }
    staged.stage(wanted, (fraction) => {
      onFraction(GATHERING_SHARE + (1 - GATHERING_SHARE) * fraction);
    });
    onFraction(1);
    try {
      return this.connection.write("the bundle can't be merged", () =>
        this.#mergeParts(gathered, gathering, isTrusted),
      );
    } catch (error) {
      if (error instanceof Outdated) return undefined;
      throw error;
    }
  }

  #mergeParts(
    parts: readonly GatheredPart[],
    gathering: Gathering,
    isTrusted: boolean,
  ): MergedSearch[] {
    const merged: MergedSearch[] = [];
    for (const each of parts) {
      const found = this.#targets.find(each.part.search);
      // Two searches of a bundle may be the same experiment: the second is compared with the first.
      const isRepeated = merged.some(({ id }) => id === found);
      if (!isRepeated && !gathering.isCurrent(each, found)) throw new Outdated();
      const current = isRepeated ? gathering.gather(each.part) : each;
      merged.push(this.#mergeSearch(current, isTrusted));
    }
    return merged;
  }

  #mergeSearch(
    { part, known, trainings, laid, withoutWeights }: GatheredPart,
    isTrusted: boolean,
  ): MergedSearch {
    const { connection } = this;
    const { search } = part;
    const before = known === undefined ? undefined : this.#searches.settings(known);
    const otherCode = known === undefined ? undefined : this.#targets.otherCode(known, search);
    const id = known ?? this.#insertSearch(search);
    const relation = known === undefined ? undefined : this.#grow(known, search);
    const sessions = addSessions(connection, id, search.sessions, laid.sessions);
    laid.store(sessions, { isTrusted });
    const incomplete = trainings.flatMap(({ key, saved, lacking }) =>
      saved && lacking.length > 0 ? [{ ...key, ...saved, searchId: id, lacking }] : [],
    );
    for (const each of incomplete) this.#complete(each, isTrusted);
    const counts = {
      trainings: trainings.length,
      added: laid.count,
      completed: incomplete.length,
    };
    const hasMoreData = addReadings(connection, id, search);
    const into = { id, before, relation, sessions };
    const analyses = mergeAnalyses(connection, this.#analyses, part, into);
    if (search.place) addPlace(connection, id, search.place, known === undefined);
    noteWeights(connection, id, part.withoutWeightsSince);
    // Otherwise times and errors of the stored search stay as they are.
    const isChanged = relation === undefined || relation === 'later' || counts.added > 0;
    const missing = this.#settle(id, known === undefined, isChanged);
    const others: OtherAddition[] = [
      ...(relation === 'later' ? (['stage'] as const) : []),
      ...(hasMoreData ? (['data'] as const) : []),
      ...(analyses.added > 0 ? (['analyses'] as const) : []),
    ];
    return {
      id,
      name: search.name,
      isNew: known === undefined,
      ...counts,
      ...(known !== undefined && others.length > 0 && { others }),
      ...(analyses.outdated > 0 && { outdated: analyses.outdated }),
      ...(analyses.otherResults && { otherResults: analyses.otherResults }),
      ...(withoutWeights > 0 && { withoutWeights }),
      ...(otherCode !== undefined && { otherCode }),
      missing,
    };
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
        trainingsTotal: countPlanned(settings),
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

  /** Gives a stored search the settings of a later stage of itself. */
  #grow(id: string, search: BundledSearch): Relation {
    const relation = this.#targets.relation(id, search);
    if (relation === 'later') {
      this.#searches.replan(id, {
        settings: search.settings,
        written: search.written,
        targetLayouts: new Map(
          search.targets.map(({ branch, parameters }) => [branch, layoutFrom(parameters)]),
        ),
        trainingsTotal: countPlanned(search.settings),
        plugIns: search.plugIns,
      });
      addExtensions(this.connection, id, search);
    }
    fillIn(this.connection, id, search);
    return relation;
  }

  #complete(training: IncompleteTraining, isTrusted: boolean): void {
    const { id, lacking, seals } = training;
    const addArrays = (): void => {
      this.#addArrays(id, lacking);
    };
    changeArrays(this.connection, training, addArrays, seals);
    if (!isTrusted) this.#noteUnverified(id);
  }

  /** Those that were staged are there, unless somebody has deleted what else had them. */
  #addArrays(trainingId: number, arrays: Lacking): void {
    const add = this.connection.prepare('INSERT INTO training_blobs VALUES (?, ?, ?)');
    for (const [role, sha256] of arrays) {
      const blobId = this.#blobs.idFor(sha256);
      if (blobId === undefined) throw new Outdated();
      add.run(trainingId, role, blobId);
    }
  }

  #noteUnverified(trainingId: number): void {
    this.connection
      .prepare('INSERT OR IGNORE INTO unverified_trainings VALUES (?)')
      .run(trainingId);
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
