/**
 * What has a checksum: everything that people read as a result or rely on. A test goes through all
 * columns of the schema and requires that a change of each is found, or that it is listed here as state.
 */

import type { PagedQuery, RowSource } from './row-digests.ts';

/** What has a checksum in its own row: the row of `table` with these values of the key. */
export interface SealedRow {
  readonly table: string;
  /** A condition with one `?` for each value of the key. */
  readonly where: string;
  /** Queries for everything that the checksum covers; each takes the same key. */
  readonly contents: readonly RowSource[];
  /** What the checksums of earlier versions cover; they are as good for what they cover. */
  readonly earlierContents?: readonly RowSource[];
}

export const SEARCH: SealedRow = {
  table: 'searches',
  where: 'id = ?',
  contents: [
    `SELECT id, created_at, settings_version, settings_hash, dataset_fingerprint, settings,
       resolved, parameters FROM searches WHERE id = ?`,
    'SELECT replicate, seed FROM replicates WHERE search_id = ? ORDER BY replicate',
    `SELECT branch, parameters, dataset_fingerprint FROM transfer_targets WHERE search_id = ?
     ORDER BY branch`,
  ],
};

/** The columns of `trainings` that checksums cover, beside the session. */
export const TRAINING_COLUMNS = [
  ...(['search_id', 'replicate', 'level', 'branch', 'density', 'kept_counts', 'engine'] as const),
  ...(['training_milliseconds', 'evaluation_milliseconds', 'finished_at', 'identity'] as const),
  ...(['pruning_identity', 'adopted_from'] as const),
];
const COLUMNS_OF_TRAINING = TRAINING_COLUMNS.join(', ');
/** All measurements of a training, in their order. */
export const MEASUREMENTS: PagedQuery = {
  page: `SELECT iteration, validation_loss, validation_accuracy, test_loss, test_accuracy
     FROM metrics WHERE training_id = ? AND iteration > ? ORDER BY iteration LIMIT ?`,
};

/** @param arrays a condition on `training_blobs`. */
const selectArrays = (arrays: string): string => `
  SELECT role, hex(sha256) FROM training_blobs JOIN blobs ON blobs.id = blob_id
  WHERE training_id = ? AND ${arrays} ORDER BY role`;

/**
 * As the query of a training's arrays finds them.
 *
 * @param arrays SHA-256, hex, by role.
 */
export function rowsOfArrays(arrays: Iterable<readonly [role: string, sha256: string]>) {
  return [...arrays]
    .map(([role, sha256]) => [role, sha256.toUpperCase()] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function trainingWith(arrays: RowSource) {
  return {
    table: 'trainings',
    where: 'id = ?',
    contents: [
      `SELECT ${COLUMNS_OF_TRAINING}, session_id FROM trainings WHERE id = ?`,
      MEASUREMENTS,
      arrays,
    ],
    earlierContents: [
      `SELECT ${COLUMNS_OF_TRAINING} FROM trainings WHERE id = ?`,
      MEASUREMENTS,
      arrays,
    ],
  } satisfies SealedRow;
}

export const TRAINING = trainingWith(selectArrays('true'));

/**
 * A training as it is after some of its arrays are removed.
 *
 * @param arrays a condition on `training_blobs`.
 */
export const trainingWithout = (arrays: string) => trainingWith(selectArrays(`NOT ${arrays}`));

/**
 * A training as it is when these are its arrays.
 *
 * @param arrays SHA-256, hex, by role.
 */
export const trainingWithArrays = (arrays: ReadonlyMap<string, string>) =>
  trainingWith({ rows: rowsOfArrays(arrays) });

/**
 * What a result needs of a training: its row, its early stop and its last evaluation, and which test
 * examples it classified correctly. It is read without the other measurements, so it is sealed without them,
 * in its row of `decisive_evaluations`.
 */
export interface SealedDecisive {
  /**
   * Each query takes `[[id, early stop, last iteration], …]` of trainings as JSON. Its rows begin with the id
   * of the training.
   */
  readonly contents: readonly string[];
  /** For trainings whose own checksum does not cover their session either. */
  readonly earlierContents: readonly string[];
}

/** Which test examples were classified correctly at the early stop, packed. */
export const CORRECT_ROLE = 'correct-at-early-stop';

const decisiveTraining = (columns: string): string => `
  SELECT trainings.id, ${columns} FROM json_each(?) AS wanted
  CROSS JOIN trainings ON trainings.id = wanted.value ->> 0`;
const DECISIVE_EVALUATIONS_AND_ARRAYS = [
  `SELECT training_id, wanted.value ->> 1, wanted.value ->> 2, iteration, validation_loss,
     validation_accuracy, test_loss, test_accuracy
   FROM json_each(?) AS wanted
   CROSS JOIN metrics ON training_id = wanted.value ->> 0
     AND iteration IN (wanted.value ->> 1, wanted.value ->> 2)
   ORDER BY wanted.key, iteration`,
  `SELECT training_id, hex(sha256) FROM json_each(?) AS wanted
   CROSS JOIN training_blobs ON training_id = wanted.value ->> 0
     AND role = '${CORRECT_ROLE}'
   JOIN blobs ON blobs.id = blob_id`,
];

export const DECISIVE: SealedDecisive = {
  contents: [
    decisiveTraining(`${COLUMNS_OF_TRAINING}, session_id`),
    ...DECISIVE_EVALUATIONS_AND_ARRAYS,
  ],
  earlierContents: [decisiveTraining(COLUMNS_OF_TRAINING), ...DECISIVE_EVALUATIONS_AND_ARRAYS],
};

const UNIT_TABLES = `analysis_units JOIN analyses ON analyses.id = analysis_id
     WHERE analysis_id = ? AND unit = ?`;

export const UNIT: SealedRow = {
  table: 'analysis_units',
  where: 'analysis_id = ? AND unit = ?',
  contents: [
    `SELECT choice, unit, result, milliseconds, finished_at, analysis_id, session_id
     FROM ${UNIT_TABLES}`,
  ],
  earlierContents: [`SELECT choice, unit, result, milliseconds, finished_at FROM ${UNIT_TABLES}`],
};

/** Which searches belong to a sweep is sealed with each search, as its `place`. */
export const SWEEP: SealedRow = {
  table: 'sweeps',
  where: 'id = ?',
  contents: ['SELECT id, name, created_at, axes FROM sweeps WHERE id = ?'],
};

export const LOG_ENTRY: SealedRow = {
  table: 'log_entries',
  where: 'id = ?',
  contents: ['SELECT id, search_id, at, severity, message FROM log_entries WHERE id = ?'],
};

/** A damaged one counts as none, so the engines are measured again. */
export const CALIBRATION: SealedRow = {
  table: 'calibrations',
  where: 'key = ?',
  contents: ['SELECT key, times, measured_at FROM calibrations WHERE key = ?'],
};

/** Rows of one table that belong to a search. */
export interface SearchRows {
  readonly table: string;
  /** The column with the id of the search. */
  readonly by: string;
  /** What tells these rows from each other; none where a search has only one. */
  readonly key?: string;
  readonly columns: readonly string[];
  /** Whether other rows refer to them, so that they are updated and not replaced. */
  readonly isReferredTo?: true;
}

export interface SealedPart {
  /** What is said to be damaged. */
  readonly what: string;
  readonly rows: readonly SearchRows[];
}

/**
 * The parts of a search beside its settings. Each has a checksum of its own, the column of
 * `search_checksums` with its name, because each changes at its own time: whatever did not change since
 * a backup can be healed from it.
 */
export const PARTS = {
  /** What users write about a search. */
  labels: {
    what: 'its name, note or tags',
    rows: [
      { table: 'searches', by: 'id', columns: ['name'], isReferredTo: true },
      {
        table: 'history',
        by: 'search_id',
        columns: ['note', 'archived_at', 'deleted_at'],
        isReferredTo: true,
      },
      { table: 'tags', by: 'search_id', key: 'tag', columns: [] },
    ],
  },
  /** The rest of what the history shows. It follows from settings and trainings, except times and errors. */
  state: {
    what: 'its row in the history',
    rows: [
      {
        table: 'searches',
        by: 'id',
        columns: [
          ...['status', 'started_at', 'finished_at', 'trainings_total', 'trainings_done', 'error'],
          'search_text',
        ],
        isReferredTo: true,
      },
      {
        table: 'history',
        by: 'search_id',
        columns: [
          ...['id', 'created_at', 'sweep_id', 'grid_position', 'dataset', 'architecture'],
          ...['optimizer', 'strategy', 'schedule', 'levels', 'replicates', 'iterations'],
          ...['summarized_trainings', 'training_milliseconds', 'verdict_kind', 'verdict_level'],
          ...['verdict_density', 'verdict_reason', 'dense_accuracy', 'best_accuracy', 'sparkline'],
        ],
        isReferredTo: true,
      },
    ],
  },
  effects: {
    what: 'its effect sizes in the history',
    rows: [
      {
        table: 'search_effects',
        by: 'search_id',
        columns: [
          ...['accuracy_difference', 'accuracy_lower', 'accuracy_upper', 'iteration_difference'],
          ...['iteration_lower', 'iteration_upper', 'early_stop', 'levels'],
        ],
      },
    ],
  },
  sessions: {
    what: 'its sessions and their environments',
    rows: [
      {
        table: 'sessions',
        by: 'search_id',
        key: 'id',
        columns: ['started_at', 'environment'],
        isReferredTo: true,
      },
    ],
  },
  plug_ins: {
    what: 'its list of plug-ins',
    rows: [
      {
        table: 'search_plug_ins',
        by: 'search_id',
        columns: ['kind', 'entry', 'file', 'sha256'],
      },
    ],
  },
  extensions: {
    what: 'its list of extensions',
    rows: [{ table: 'search_extensions', by: 'search_id', key: 'id', columns: ['at', 'added'] }],
  },
  engines: {
    what: 'its choice of engines',
    rows: [{ table: 'level_engines', by: 'search_id', key: 'level', columns: ['engine'] }],
  },
  place: {
    what: 'its place in its sweep',
    rows: [
      {
        table: 'sweep_points',
        by: 'search_id',
        columns: ['sweep_id', 'position', 'point'],
        isReferredTo: true,
      },
    ],
  },
  data: {
    what: 'the summary of its data',
    rows: [
      { table: 'data_readings', by: 'search_id', key: 'branch', columns: ['summary', 'samples'] },
    ],
  },
  weights: {
    what: 'the day on which its weights were dropped',
    rows: [{ table: 'dropped_weights', by: 'search_id', columns: ['dropped_at'] }],
  },
  analyses: {
    what: 'its list of analyses',
    rows: [
      {
        table: 'analyses',
        by: 'search_id',
        key: 'id',
        columns: ['choice', 'units_total', 'is_wanted', 'requested_at'],
        isReferredTo: true,
      },
    ],
  },
} as const satisfies Readonly<Record<string, SealedPart>>;

export type Part = keyof typeof PARTS;

const isPart = (name: string): name is Part => Object.hasOwn(PARTS, name);

export const PART_NAMES: readonly Part[] = Object.keys(PARTS).filter(isPart);

/**
 * What has no checksum, with the reason: state that changes by itself, and words that are written again
 * from sealed rows. Arrays (`blobs`) have the SHA-256 that they are addressed by.
 */
export const UNSEALED: Readonly<Record<string, string>> = {
  leases: 'who runs a search now; an owner renews it every few seconds',
  queue: 'what is to run next; it empties itself',
  preferences: 'how the window looks; everything has a default',
  history_text: 'an index of words, written again at every change',
  settings_text: 'an index of words, written with the settings',
  setting_paths: 'the paths of search_settings',
  merged_bundles: 'which files of shards were merged; without it they are read again',
  bundle_merges: 'who merges a bundle now; a merge renews it while it stores arrays',
  staged_arrays: 'arrays of merges that have not ended',
  unverified_trainings: 'which trainings other searches do not take over',
  search_settings: 'an index of settings, compared with them and written from them again',
};
