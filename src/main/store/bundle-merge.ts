/** Takes searches, or parts of them, from bundles: everything or nothing, and never over other results. */
import { messageOf, WorkbenchError } from '../../shared/contract/errors.ts';
import type {
  BundledAnalysis,
  BundledPlace,
  BundledSearch,
  BundledSession,
  BundledTraining,
  MergedSearch,
} from '../../shared/domain/bundle.ts';
import { layoutFrom, type ParameterLayout } from '../../shared/domain/layout.ts';
import { countKept, unpackMask } from '../../shared/domain/mask.ts';
import { plannedTrainings } from '../../shared/domain/plan.ts';
import { describeTraining } from '../../shared/domain/training.ts';
import type { Analyses } from './analyses.ts';
import type { Blobs } from './blobs.ts';
import type { Bundled } from './bundled.ts';
import { experimentOf, type Relation, relationOf } from './bundle-experiment.ts';
import {
  requireSoundTraining,
  resealTraining,
  sealPart,
  sealSearch,
  sealSweep,
  sealTraining,
  sealUnit,
} from './checksums.ts';
import { bytes, flag, integer, row, scalar, text } from './columns.ts';
import type { DataReadings } from './data-readings.ts';
import type { Leases } from './leases.ts';
import { StorePart } from './part.ts';
import { PART_NAMES } from './sealed.ts';
import type { Searches } from './searches.ts';
import { canonicalJson, settingsHash } from './settings-hash.ts';
import { CORRECT_ROLE } from './training-arrays.ts';
import { checkTraining } from './training-check.ts';
import { firstDifference } from './training-difference.ts';
import {
  evaluationsOfTraining,
  findTraining,
  insertMetrics,
  insertTraining,
  type TrainingRow,
} from './training-rows.ts';

const COUNT = scalar(integer);
const FOUND = row({ id: text, isDeleted: flag });
const SESSION = row({ id: integer, environment: text });
const ARRAY = row({ role: text, sha256: bytes });
const UNIT_RESULT = scalar(text);
const SWEEP_AXES = scalar(text);
const SWEEP_ID = scalar(text);

/** Reads an array of the bundle by its SHA-256, hex. Its bytes match it. */
export type ReadArray = (sha256: string) => Uint8Array<ArrayBuffer>;

/** A search of a bundle, as far as the bundle holds it. */
export interface BundledPart {
  readonly search: BundledSearch;
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
   * @throws WorkbenchError `conflict` naming training and first difference if other results are stored
   *   for the same experiment, for a search that runs here or is in the trash; `invalid-data` for a
   *   training that does not fit its search.
   */
  merge(parts: Iterable<BundledPart>): MergedSearch[] {
    return this.connection.write("the bundle can't be merged", () =>
      Array.from(parts, (part) => this.#mergeSearch(part)),
    );
  }

  #mergeSearch(part: BundledPart): MergedSearch {
    const { search, readArray } = part;
    const known = this.#find(search);
    const id = known ?? this.#insertSearch(search);
    const relation = known === undefined ? undefined : this.#grow(known, search);
    const sessions = this.#addSessions(id, search.sessions);
    const counts = { trainings: 0, added: 0, completed: 0 };
    for (const training of part.trainings) {
      counts.trainings += 1;
      const outcome = this.#mergeTraining(id, search, training, { sessions, readArray });
      if (outcome !== 'known') counts[outcome] += 1;
    }
    this.#addReadings(id, search);
    // Results over all replicates of an earlier stage no longer hold.
    for (const analysis of relation === 'earlier' ? [] : search.analyses) {
      this.#mergeAnalysis(id, analysis, sessions);
    }
    if (search.place) this.#addPlace(id, search.place, known === undefined);
    this.#noteWeights(id, part.withoutWeightsSince);
    // Otherwise times and errors of the stored search stay as they are.
    const isChanged = relation === undefined || relation === 'later' || counts.added > 0;
    const missing = this.#settle(id, known === undefined, isChanged);
    return { id, name: search.name, isNew: known === undefined, ...counts, missing };
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
    this.#addExtensions(search, id);
    this.#fillIn(search, id);
    return id;
  }

  /**
   * Gives a stored search the settings of a later stage of itself.
   *
   * @returns how the search of the bundle relates to it.
   */
  #grow(id: string, search: BundledSearch): Relation {
    this.#leases.checkFree(id);
    const stored = this.#bundled.search(id);
    const relation = relationOf(stored, search);
    if (typeof relation === 'object') {
      const { what, stored: here, other } = relation;
      throw new WorkbenchError(
        'conflict',
        `the search ${id} is another experiment here: ${what} is ${here} here and ${other} in the bundle`,
        'Nothing was merged. Merge the bundle into another data directory (--data-dir).',
      );
    }
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
      this.#addExtensions(search, id);
      this.#forgetUnits(id);
    }
    this.#fillIn(search, id);
    return relation;
  }

  /**
   * Results of analyses over all replicates and levels no longer hold when there are more of them. The
   * bundle has those of the later stage.
   */
  #forgetUnits(id: string): void {
    this.connection
      .prepare(
        `DELETE FROM analysis_units WHERE analysis_id IN
           (SELECT id FROM analyses WHERE search_id = ?)`,
      )
      .run(id);
  }

  #addExtensions({ extensions }: BundledSearch, id: string): void {
    const insert = this.connection.prepare(
      `INSERT INTO search_extensions (search_id, at, added) SELECT @id, @at, @added
       WHERE NOT EXISTS (SELECT 1 FROM search_extensions
         WHERE search_id = @id AND at = @at AND added = @added)`,
    );
    for (const { at, ...added } of extensions) insert.run({ id, at, added: JSON.stringify(added) });
  }

  /** What is known of a search only once it has started. */
  #fillIn(search: BundledSearch, id: string): void {
    if (search.datasetFingerprint !== '') {
      this.connection
        .prepare(
          `UPDATE searches SET dataset_fingerprint = ?
           WHERE id = ? AND coalesce(dataset_fingerprint, '') = ''`,
        )
        .run(search.datasetFingerprint, id);
    }
    const setTarget = this.connection.prepare(
      `UPDATE transfer_targets SET dataset_fingerprint = ?
       WHERE search_id = ? AND branch = ? AND dataset_fingerprint IS NULL`,
    );
    for (const { branch, datasetFingerprint } of search.targets) {
      if (datasetFingerprint !== undefined) setTarget.run(datasetFingerprint, id, branch);
    }
    const choose = this.connection.prepare(
      'INSERT INTO level_engines VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    for (const { level, engine } of search.engines) choose.run(id, level, engine);
  }

  /** The ids of the rows, in the order of the bundle's sessions. */
  #addSessions(id: string, sessions: readonly BundledSession[]): number[] {
    const find = this.connection.prepare(
      'SELECT id, environment FROM sessions WHERE search_id = ? AND started_at = ?',
      SESSION,
    );
    const insert = this.connection.prepare(
      'INSERT INTO sessions (search_id, started_at, environment) VALUES (?, ?, ?)',
    );
    return sessions.map(({ startedAt, environment }) => {
      const wanted = canonicalJson(environment);
      const known = find
        .all(id, startedAt)
        .find((each) => canonicalJson(JSON.parse(each.environment)) === wanted);
      if (known) return known.id;
      return insert.run(id, startedAt, JSON.stringify(environment)).lastInsertRowid;
    });
  }

  #mergeTraining(
    id: string,
    search: BundledSearch,
    training: BundledTraining,
    from: { readonly sessions: readonly number[]; readonly readArray: ReadArray },
  ): 'known' | 'added' | 'completed' {
    const layout = layoutOf(search, training.key.branch);
    const saved = findTraining(this.connection, id, training.key);
    if (saved) return this.#compareAndComplete(saved, training, layout, from.readArray);
    const arrays = new Map(
      Object.entries(training.arrays).map(([role, sha256]) => [role, from.readArray(sha256)]),
    );
    checkBundled(id, search, training, layout, arrays);
    const session = from.sessions[training.session];
    if (session === undefined) {
      throw invalid(id, training, `its session ${training.session} is not in the bundle`);
    }
    const { identity, pruningIdentity } = training;
    const trainingId = insertTraining(
      this.connection,
      id,
      {
        ...training,
        identity:
          identity === undefined ? undefined : { training: identity, pruning: pruningIdentity },
      },
      { adoptedFrom: training.adoptedFrom, session, finishedAt: training.finishedAt },
    );
    insertMetrics(this.connection, trainingId, training.evaluations);
    for (const [role, array] of arrays) this.#addArray(trainingId, role, array);
    sealTraining(this.connection, trainingId);
    return 'added';
  }

  /** A training that is there already must be the same. Weights that were dropped here are taken again. */
  #compareAndComplete(
    saved: TrainingRow,
    training: BundledTraining,
    layout: ParameterLayout,
    readArray: ReadArray,
  ): 'known' | 'completed' {
    requireSoundTraining(this.connection, saved);
    const stored = this.#arraysOf(saved.id);
    const difference = firstDifference(
      {
        ...saved,
        evaluations: evaluationsOfTraining(this.connection, saved.id),
        arrays: stored,
      },
      { ...training, arrays: new Map(Object.entries(training.arrays)) },
      layout,
      (role) => [this.#stored(stored.get(role) ?? ''), readArray(training.arrays[role] ?? '')],
    );
    if (difference) {
      const { what, stored: here, other } = difference;
      throw new WorkbenchError(
        'conflict',
        `${describeTraining(training.key)} of the search ${saved.searchId} has other results in the bundle: ${what} is ${here} here and ${other} there`,
        'Nothing was merged. Equal settings give equal bits with one engine on one kind of processor: compare the environments, and run "ticket verify" on both.',
      );
    }
    const lacking = Object.entries(training.arrays).filter(([role]) => !stored.has(role));
    if (lacking.length === 0) return 'known';
    for (const [role, sha256] of lacking) {
      const array = readArray(sha256);
      checkLength(saved.searchId, training, layout, role, array);
      this.#addArray(saved.id, role, array);
    }
    resealTraining(this.connection, saved.id);
    return 'completed';
  }

  #arraysOf(trainingId: number): Map<string, string> {
    const rows = this.connection
      .prepare(
        `SELECT role, sha256 FROM training_blobs JOIN blobs ON blobs.id = blob_id
         WHERE training_id = ?`,
        ARRAY,
      )
      .all(trainingId);
    return new Map(rows.map(({ role, sha256 }) => [role, sha256.toString('hex')]));
  }

  #stored(sha256: string): Uint8Array {
    return this.#bundled.array(sha256);
  }

  #addArray(trainingId: number, role: string, array: Uint8Array): void {
    this.connection
      .prepare('INSERT INTO training_blobs VALUES (?, ?, ?)')
      .run(trainingId, role, this.#blobs.put(array));
  }

  #addReadings(id: string, { data }: BundledSearch): void {
    const insert = this.connection.prepare(
      `INSERT INTO data_readings (search_id, branch, summary, samples) VALUES (?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    );
    for (const { branch, summary, samples } of data) {
      insert.run(id, branch, JSON.stringify(summary), samples);
    }
  }

  #mergeAnalysis(id: string, analysis: BundledAnalysis, sessions: readonly number[]): void {
    const analysisId = this.connection
      .prepare(
        `INSERT INTO analyses (search_id, choice, units_total, is_wanted, requested_at)
         VALUES (@id, @choice, @unitsTotal, @isWanted, @requestedAt)
         ON CONFLICT (search_id, choice) DO UPDATE
           SET units_total = max(units_total, excluded.units_total) RETURNING id`,
        COUNT,
      )
      .one({
        id,
        choice: canonicalJson(analysis.choice),
        unitsTotal: analysis.unitsTotal,
        isWanted: analysis.isWanted ? 1 : 0,
        requestedAt: analysis.requestedAt,
      });
    const find = this.connection.prepare(
      'SELECT result FROM analysis_units WHERE analysis_id = ? AND unit = ?',
      UNIT_RESULT,
    );
    for (const { unit, session, result, milliseconds, finishedAt } of analysis.units) {
      const known = find.get(analysisId, unit);
      if (known === result) continue;
      if (known !== undefined) {
        throw new WorkbenchError(
          'conflict',
          `"${unit}" of the analysis ${canonicalJson(analysis.choice)} of the search ${id} has another result in the bundle`,
          'Nothing was merged. Equal settings give equal bits with one engine on one kind of processor.',
        );
      }
      this.connection
        .prepare(
          `INSERT INTO analysis_units (analysis_id, unit, session_id, result, milliseconds, finished_at)
           VALUES (?, ?, ?, ?, ?, ?)`,
        )
        .run(analysisId, unit, sessions[session] ?? null, result, milliseconds, finishedAt);
      sealUnit(this.connection, analysisId, unit);
    }
  }

  /** A search that is in a sweep already, or was run outside of one, stays where it is. */
  #addPlace(id: string, { sweep, position, values }: BundledPlace, isNew: boolean): void {
    const own = this.connection
      .prepare('SELECT sweep_id FROM sweep_points WHERE search_id = ?', SWEEP_ID)
      .get(id);
    if (!isNew && own !== sweep.id) return;
    const axes = this.connection
      .prepare('SELECT axes FROM sweeps WHERE id = ?', SWEEP_AXES)
      .get(sweep.id);
    if (axes === undefined) {
      this.connection
        .prepare('INSERT INTO sweeps (id, name, created_at, axes) VALUES (?, ?, ?, ?)')
        .run(sweep.id, sweep.name, sweep.createdAt, JSON.stringify(sweep.axes));
      sealSweep(this.connection, sweep.id);
    } else if (canonicalJson(JSON.parse(axes)) !== canonicalJson(sweep.axes)) {
      throw new WorkbenchError(
        'conflict',
        `the sweep ${sweep.id} has other axes here than in the bundle`,
        'Nothing was merged. Merge the bundle into another data directory (--data-dir).',
      );
    }
    const { changes } = this.connection
      .prepare('INSERT OR IGNORE INTO sweep_points VALUES (?, ?, ?, ?)')
      .run(sweep.id, position, id, JSON.stringify(values));
    if (changes > 0 || own !== undefined) return;
    throw new WorkbenchError(
      'conflict',
      `the sweep ${sweep.id} has another search at the place of ${id}`,
      'Nothing was merged. Merge the bundle into another data directory (--data-dir).',
    );
  }

  /** A search says that its weights were dropped as long as one of its trainings has none. */
  #noteWeights(id: string, withoutWeightsSince: number | undefined): void {
    const lacking = this.connection
      .prepare(
        `SELECT count(*) FROM trainings WHERE search_id = ? AND NOT EXISTS
           (SELECT 1 FROM training_blobs
             WHERE training_id = trainings.id AND role = 'final-weights')`,
        COUNT,
      )
      .one(id);
    if (lacking === 0) {
      this.connection.prepare('DELETE FROM dropped_weights WHERE search_id = ?').run(id);
      return;
    }
    this.connection
      .prepare('INSERT OR IGNORE INTO dropped_weights VALUES (?, ?)')
      .run(id, withoutWeightsSince ?? this.connection.now());
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

function layoutOf({ parameters, targets }: BundledSearch, branch: string): ParameterLayout {
  const target = targets.find((each) => each.branch === branch);
  return layoutFrom(target?.parameters ?? parameters);
}

/** @throws WorkbenchError `invalid-data` for a training that does not fit its search. */
function checkBundled(
  id: string,
  { settings }: BundledSearch,
  training: BundledTraining,
  layout: ParameterLayout,
  arrays: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): void {
  const mask = arrays.get('mask');
  if (!mask) throw invalid(id, training, 'it has no mask');
  for (const [role, array] of arrays) checkLength(id, training, layout, role, array);
  const { identity: _identity, ...checked } = training;
  try {
    checkTraining(id, settings, layout, {
      ...checked,
      mask,
      nextMask: undefined,
      rewindPoint: undefined,
    });
  } catch (cause) {
    throw invalid(id, training, messageOf(cause).replace(/^.*can't be saved: /, ''), cause);
  }
  const kept = unpackMask(mask, layout.prunableCount);
  for (const [index, { name, maskOffset, size }] of layout.prunable.entries()) {
    const count = countKept(kept.subarray(maskOffset, maskOffset + size));
    if (count !== training.keptCounts[index]) {
      throw invalid(
        id,
        training,
        `its counts keep ${training.keptCounts[index]} weights of ${name}, but its mask keeps ${count}`,
      );
    }
  }
}

function checkLength(
  id: string,
  training: BundledTraining,
  layout: ParameterLayout,
  role: string,
  array: Uint8Array,
): void {
  const expected = bytesOf(role, layout);
  if (expected === undefined || array.length === expected) return;
  throw invalid(id, training, `its ${role} has ${array.length} bytes, expected ${expected}`);
}

/** The length of an array; undefined for that of correct test examples, which the layout does not say. */
function bytesOf(role: string, layout: ParameterLayout): number | undefined {
  if (role === CORRECT_ROLE) return undefined;
  const isMask = role === 'mask' || role === 'next-mask';
  return isMask ? Math.ceil(layout.prunableCount / 8) : layout.parameterCount * 4;
}

function invalid(
  id: string,
  { key }: BundledTraining,
  problem: string,
  cause?: unknown,
): WorkbenchError {
  return new WorkbenchError(
    'invalid-data',
    `${describeTraining(key)} of the search ${id} can't be merged: ${problem}`,
    'Nothing was merged. Export the bundle again.',
    { cause },
  );
}
