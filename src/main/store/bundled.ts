/** Reads searches as bundles carry them. What does not match its checksum is refused. */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type {
  BundledAnalysis,
  BundledPlace,
  BundledSearch,
  BundledSession,
  BundledTraining,
} from '../../shared/domain/bundle.ts';
import { nameOfTraining, type TrainingKey } from '../../shared/domain/training.ts';
import type { Blobs } from './blobs.ts';
import {
  requireSoundParts,
  requireSoundSearch,
  requireSoundSweep,
  requireSoundTraining,
  requireSoundUnit,
} from './checksums.ts';
import { bytes, type DecodedBy, flag, integer, optional, real, row, text } from './columns.ts';
import { noSearch } from './not-found.ts';
import { StorePart } from './part.ts';
import { PART_NAMES } from './sealed.ts';
import {
  anyJsonText,
  axesJson,
  choiceJson,
  environmentJson,
  extensionsJson,
  listOfText,
  parametersJson,
  pointJson,
  settingsJson,
  usedPlugInsJson,
  writtenSettingsJson,
} from './stored-json.ts';
import { evaluationsOfTraining, getTraining, IN_ORDER, keysOf } from './training-rows.ts';

const SEARCH = row({
  id: text,
  name: text,
  createdAt: integer,
  note: text,
  tags: listOfText,
  settingsVersion: integer,
  written: writtenSettingsJson,
  settings: settingsJson,
  parameters: parametersJson,
  datasetFingerprint: optional(text),
  plugIns: usedPlugInsJson,
  extensions: extensionsJson,
});
const TARGET = row({
  branch: text,
  parameters: parametersJson,
  datasetFingerprint: optional(text),
});
const ENGINE = row({ level: integer, engine: text });
const SESSION = row({ id: integer, startedAt: integer, environment: environmentJson });
const READING = row({ branch: text, summary: anyJsonText, samples: text });
const ANALYSIS = row({
  id: integer,
  choice: choiceJson,
  unitsTotal: integer,
  isWanted: flag,
  requestedAt: integer,
});
const UNIT = row({
  unit: text,
  sessionId: integer,
  result: text,
  milliseconds: real,
  finishedAt: integer,
});
const PLACE = row({
  id: text,
  name: text,
  createdAt: integer,
  axes: axesJson,
  position: integer,
  values: pointJson,
});
const IDENTITY = row({ identity: optional(text), pruningIdentity: optional(text) });
const ARRAY = row({ role: text, sha256: bytes });

const CONTENT = row({
  replicate: integer,
  level: integer,
  branch: text,
  role: optional(text),
  sha256: optional(text),
  bytes: optional(integer),
  storedBytes: optional(integer),
});

/** Which array a training has in a role. */
export interface BundledArray {
  readonly role: string;
  /** Hex. */
  readonly sha256: string;
  readonly bytes: number;
  /** As the store has it. */
  readonly storedBytes: number;
}

/** What a search had at one moment. */
export interface BundledContents {
  readonly search: BundledSearch;
  /** In the order of `keys`. */
  readonly trainings: readonly {
    readonly key: TrainingKey;
    readonly arrays: readonly BundledArray[];
  }[];
}

/** A session with the id of its row. */
type SessionRow = DecodedBy<typeof SESSION>;

export class Bundled extends StorePart {
  readonly #blobs: Blobs;

  constructor(connection: StorePart['connection'], blobs: Blobs) {
    super(connection);
    this.#blobs = blobs;
  }

  /**
   * Everything of a search but its trainings.
   *
   * @throws WorkbenchError `not-found`; `store-failed` if a part of it is damaged.
   */
  search(searchId: string): BundledSearch {
    return this.connection.read("the search can't be read", () => {
      requireSoundSearch(this.connection, searchId);
      requireSoundParts(this.connection, searchId, ...PART_NAMES);
      const found = this.connection.prepare(SELECT_SEARCH, SEARCH).get(searchId);
      if (!found) throw noSearch(searchId);
      const sessions = this.#sessions(searchId);
      const place = this.#place(searchId);
      return {
        ...found,
        datasetFingerprint: found.datasetFingerprint ?? '',
        extensions: found.extensions.toSorted((one, other) => one.at - other.at),
        targets: this.connection
          .prepare(
            `SELECT branch, parameters, dataset_fingerprint AS datasetFingerprint
             FROM transfer_targets WHERE search_id = ? ORDER BY branch`,
            TARGET,
          )
          .all(searchId),
        engines: this.connection
          .prepare(
            'SELECT level, engine FROM level_engines WHERE search_id = ? ORDER BY level',
            ENGINE,
          )
          .all(searchId),
        sessions: sessions.map(({ startedAt, environment }): BundledSession => ({
          startedAt,
          environment,
        })),
        data: this.connection
          .prepare(
            'SELECT branch, summary, samples FROM data_readings WHERE search_id = ? ORDER BY branch',
            READING,
          )
          .all(searchId),
        analyses: this.#analyses(searchId, sessions),
        ...(place && { place }),
      };
    });
  }

  /**
   * What there is of a search, all at one moment: it may train meanwhile. Reads no array and no measurement.
   *
   * @throws WorkbenchError as `search`.
   */
  contents(searchId: string): BundledContents {
    return this.connection.read("the search can't be read", () => {
      const search = this.search(searchId);
      const trainings = new Map<string, { key: TrainingKey; arrays: BundledArray[] }>();
      for (const { role, sha256, bytes, storedBytes, ...key } of this.connection
        .prepare(SELECT_CONTENTS, CONTENT)
        .iterate(searchId)) {
        const name = nameOfTraining(key);
        const training = trainings.get(name) ?? { key, arrays: [] };
        trainings.set(name, training);
        if (role === undefined || sha256 === undefined) continue;
        if (bytes === undefined || storedBytes === undefined) continue;
        training.arrays.push({ role, sha256, bytes, storedBytes });
      }
      return { search, trainings: [...trainings.values()] };
    });
  }

  /** The keys of finished trainings: by replicate and level, the ticket before its branches. */
  keys(searchId: string): TrainingKey[] {
    return this.connection.read("the trainings can't be read", () =>
      keysOf(this.connection, searchId),
    );
  }

  /** @throws WorkbenchError `not-found`; `store-failed` if it is damaged. */
  training(searchId: string, key: TrainingKey): BundledTraining {
    return this.connection.read("the training can't be read", () => {
      const saved = getTraining(this.connection, searchId, key);
      requireSoundTraining(this.connection, saved);
      const { id, searchId: _searchId, replicate, level, branch, sessionId, ...rest } = saved;
      const sessions = this.#sessions(searchId);
      return {
        key: { replicate, level, branch },
        session: sessions.findIndex((session) => session.id === sessionId),
        ...rest,
        ...this.connection
          .prepare(
            'SELECT identity, pruning_identity AS pruningIdentity FROM trainings WHERE id = ?',
            IDENTITY,
          )
          .one(id),
        evaluations: evaluationsOfTraining(this.connection, id),
        arrays: Object.fromEntries(
          this.#arraysOf(id).map(({ role, sha256 }) => [role, sha256.toString('hex')]),
        ),
      };
    });
  }

  /**
   * The bytes of an array that trainings refer to.
   *
   * @param sha256 hex.
   * @throws WorkbenchError `store-failed` if they are damaged; `not-found` if they are not there any more.
   */
  array(sha256: string): Uint8Array<ArrayBuffer> {
    return this.connection.read("the weights can't be read", () => {
      const blobId = this.#blobs.idFor(sha256);
      if (blobId !== undefined) return this.#blobs.get(blobId, 'an array of the search');
      throw new WorkbenchError(
        'not-found',
        `the array ${sha256} is not there any more`,
        'The search was deleted, or its weights were dropped, while it was read. Try again.',
      );
    });
  }

  #arraysOf(trainingId: number) {
    return this.connection
      .prepare(
        `SELECT role, sha256 FROM training_blobs JOIN blobs ON blobs.id = blob_id
         WHERE training_id = ? ORDER BY role`,
        ARRAY,
      )
      .all(trainingId);
  }

  #sessions(searchId: string): SessionRow[] {
    return this.connection
      .prepare(
        `SELECT id, started_at AS startedAt, environment FROM sessions
         WHERE search_id = ? ORDER BY id`,
        SESSION,
      )
      .all(searchId);
  }

  #analyses(searchId: string, sessions: readonly SessionRow[]): BundledAnalysis[] {
    const analyses = this.connection
      .prepare(
        `SELECT id, choice, units_total AS unitsTotal, is_wanted AS isWanted,
           requested_at AS requestedAt FROM analyses WHERE search_id = ? ORDER BY id`,
        ANALYSIS,
      )
      .all(searchId);
    const units = this.connection.prepare(
      `SELECT unit, session_id AS sessionId, result, milliseconds, finished_at AS finishedAt
       FROM analysis_units WHERE analysis_id = ? ORDER BY unit`,
      UNIT,
    );
    return analyses.map(({ id, ...analysis }) => ({
      ...analysis,
      units: units.all(id).map(({ sessionId, ...unit }) => {
        requireSoundUnit(this.connection, id, unit.unit);
        return { ...unit, session: sessions.findIndex((session) => session.id === sessionId) };
      }),
    }));
  }

  #place(searchId: string): BundledPlace | undefined {
    const found = this.connection
      .prepare(
        `SELECT sweeps.id, sweeps.name, sweeps.created_at AS createdAt, axes, position,
           point AS "values"
         FROM sweep_points JOIN sweeps ON sweeps.id = sweep_id WHERE search_id = ?`,
        PLACE,
      )
      .get(searchId);
    if (!found) return undefined;
    const { position, values, ...sweep } = found;
    requireSoundSweep(this.connection, sweep.id);
    return { sweep, position, values };
  }
}

const SELECT_CONTENTS = `
  SELECT replicate, level, branch, role, lower(hex(sha256)) AS sha256, raw_size AS bytes,
    length(data) AS storedBytes
  FROM trainings
    LEFT JOIN training_blobs ON training_id = trainings.id
    LEFT JOIN blobs ON blobs.id = blob_id
  WHERE search_id = ? ${IN_ORDER}, role`;

const SELECT_SEARCH = `
  SELECT searches.id, searches.name, searches.created_at AS createdAt, note,
    (SELECT json_group_array(tag) FROM (SELECT tag FROM tags WHERE search_id = searches.id ORDER BY tag))
      AS tags,
    settings_version AS settingsVersion, settings AS written, coalesce(resolved, settings) AS settings,
    parameters, dataset_fingerprint AS datasetFingerprint,
    (SELECT json_group_array(json_object('kind', kind, 'id', entry, 'file', file, 'sha256', sha256))
      FROM search_plug_ins WHERE search_id = searches.id) AS plugIns,
    (SELECT json_group_array(json(json_set(added, '$.at', at)))
      FROM search_extensions WHERE search_id = searches.id) AS extensions
  FROM searches JOIN history ON history.search_id = searches.id WHERE searches.id = ?`;
