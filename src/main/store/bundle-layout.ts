/**
 * The new trainings of a merge, laid out before its transaction: their rows, with keys and checksums, in
 * temporary tables, which hold up nobody. The transaction copies them. Only this connection has these tables,
 * and they are gone with its process.
 */
import type { BundledTraining } from '../../shared/domain/bundle.ts';
import { sealTraining } from './checksums.ts';
import { flag, integer, scalar } from './columns.ts';
import { sealsOf } from './new-training-seals.ts';
import { StorePart } from './part.ts';
import { TRAINING_COLUMNS } from './sealed.ts';
import { insertMetrics, metricsInto, trainingValues } from './training-rows.ts';

/** Another process has changed what was gathered: it is gathered again. */
export class Outdated extends Error {}

/** So many trainings or sessions others may add before those of the merge are stored. */
const ROOM = 10_000;

/** What checksums of trainings cover the keys of. */
type Keyed = 'trainings' | 'sessions';

const PROBLEM = "the bundle can't be laid out";

const FLAG = scalar(flag);
const ID = scalar(integer);

const COLUMNS = TRAINING_COLUMNS.join(', ');

// Values are as they are bound: the tables that they are copied to give them their types.
const TABLES = [
  `CREATE TEMP TABLE IF NOT EXISTS laid_trainings (
     id INTEGER PRIMARY KEY,
     -- Its place among the sessions of the bundle.
     session INTEGER,
     checksum, early_stop, last, decisive_checksum, ${COLUMNS}
   )`,
  `CREATE TEMP TABLE IF NOT EXISTS laid_metrics (
     training_id INTEGER, iteration INTEGER, validation_loss REAL, validation_accuracy REAL,
     test_loss REAL, test_accuracy REAL, PRIMARY KEY (training_id, iteration)
   ) WITHOUT ROWID`,
  `CREATE TEMP TABLE IF NOT EXISTS laid_arrays (
     training_id INTEGER, role TEXT, sha256 BLOB, PRIMARY KEY (training_id, role)
   ) WITHOUT ROWID`,
];

const INTO_LAID_METRICS = metricsInto('laid_metrics');

const LAY_TRAINING = `
  INSERT INTO laid_trainings
    (id, session, checksum, early_stop, last, decisive_checksum, ${COLUMNS})
  VALUES (@id, @session, @checksum, @earlyStop, @last, @decisiveChecksum,
    ${TRAINING_COLUMNS.map((name) => `@${name}`).join(', ')})`;

const COPY_TRAININGS = `
  INSERT INTO trainings (id, session_id, checksum, ${COLUMNS})
  SELECT id + @shift, @sessions ->> session, checksum, ${COLUMNS}
  FROM laid_trainings WHERE id BETWEEN @first AND @last`;
const COPY_METRICS = `
  INSERT INTO metrics
  SELECT training_id + @shift, iteration, validation_loss, validation_accuracy, test_loss,
    test_accuracy
  FROM laid_metrics WHERE training_id BETWEEN @first AND @last`;
const COPY_ARRAYS = `
  INSERT INTO training_blobs
  SELECT training_id + @shift, role, blobs.id
  FROM laid_arrays CROSS JOIN blobs ON blobs.sha256 = laid_arrays.sha256
  WHERE training_id BETWEEN @first AND @last`;
const COPY_DECISIVE = `
  INSERT INTO decisive_evaluations
  SELECT id + @shift, early_stop, last, decisive_checksum
  FROM laid_trainings WHERE id BETWEEN @first AND @last`;
const NOTE_UNVERIFIED = `
  INSERT INTO unverified_trainings
  SELECT id + @shift FROM laid_trainings WHERE id BETWEEN @first AND @last`;

/** Everything that one merge has laid out. */
export class BundleLayout extends StorePart {
  #hasTables = false;
  readonly #next = { trainings: 0, sessions: 0 };

  /** Forgets what was laid out before. */
  begin(): void {
    this.connection.read(PROBLEM, () => {
      for (const table of TABLES) this.connection.prepare(table).run();
    });
    this.#hasTables = true;
    this.clear();
    this.connection.read(PROBLEM, () => {
      this.#next.trainings = nextId(this.connection, 'trainings') + ROOM;
      this.#next.sessions = nextId(this.connection, 'sessions') + ROOM;
    });
  }

  /** Frees the space of what was laid out. */
  clear(): void {
    if (!this.#hasTables) return;
    this.connection.read(PROBLEM, () => {
      for (const table of ['laid_trainings', 'laid_metrics', 'laid_arrays']) {
        this.connection.prepare(`DELETE FROM ${table}`).run();
      }
    });
  }

  /**
   * Begins with a search.
   *
   * @param sessions the ids of its sessions in the bundle; undefined for those that are not stored.
   */
  search(searchId: string, sessions: readonly (number | undefined)[]): LaidTrainings {
    const laid = sessions.map((id) => id ?? this.#take('sessions'));
    return new LaidTrainings(this.connection, searchId, laid, () => this.#take('trainings'));
  }

  /** The next key, for a row of its own. */
  #take(table: Keyed): number {
    const key = this.#next[table];
    this.#next[table] += 1;
    return key;
  }
}

/** The new trainings of one search. */
export class LaidTrainings extends StorePart {
  /** The ids that its sessions are going to have, in the order of the bundle. */
  readonly sessions: readonly number[];
  readonly #searchId: string;
  readonly #takeKey: () => number;
  /** The key of the first one; the others follow. */
  #first: number | undefined;
  #count = 0;
  #arrays = 0;

  constructor(
    connection: StorePart['connection'],
    searchId: string,
    sessions: readonly number[],
    takeKey: () => number,
  ) {
    super(connection);
    this.#searchId = searchId;
    this.sessions = sessions;
    this.#takeKey = takeKey;
  }

  get count(): number {
    return this.#count;
  }

  add(training: BundledTraining): void {
    const { session, evaluations, arrays, identity, pruningIdentity } = training;
    const id = this.#takeKey();
    const values = trainingValues(
      this.#searchId,
      {
        ...training,
        identity:
          identity === undefined ? undefined : { training: identity, pruning: pruningIdentity },
      },
      training,
    );
    const sessionId = this.sessions[session]!;
    const seals = sealsOf({ id, sessionId, values, evaluations, arrays });
    this.connection.read(PROBLEM, () => {
      this.connection.prepare(LAY_TRAINING).run({ id, session, ...seals, ...values });
      insertMetrics(this.connection, id, evaluations, INTO_LAID_METRICS);
      const layArray = this.connection.prepare('INSERT INTO laid_arrays VALUES (?, ?, ?)');
      for (const [role, sha256] of Object.entries(arrays)) {
        layArray.run(id, role, Buffer.from(sha256, 'hex'));
      }
    });
    this.#first ??= id;
    this.#count += 1;
    this.#arrays += Object.keys(arrays).length;
  }

  /**
   * Stores them. For use within the transaction of the merge.
   *
   * @param sessions the ids that its sessions have got.
   * @throws Outdated if one of their arrays is not there any more.
   */
  store(sessions: readonly number[], { isTrusted }: { readonly isTrusted: boolean }): void {
    const first = this.#first;
    if (first === undefined) return;
    const last = first + this.#count - 1;
    const shift = this.#areFree(first, last) ? 0 : nextId(this.connection, 'trainings') - first;
    const copied = { first, last, shift, sessions: JSON.stringify(sessions) };
    const copy = (sql: string) => this.connection.prepare(sql).run(copied);
    copy(COPY_TRAININGS);
    copy(COPY_METRICS);
    if (copy(COPY_ARRAYS).changes < this.#arrays) throw new Outdated();
    copy(COPY_DECISIVE);
    if (!isTrusted) copy(NOTE_UNVERIFIED);
    const hasItsKeys = shift === 0 && this.sessions.every((id, place) => id === sessions[place]);
    if (hasItsKeys) return;
    // Another merge has taken them, and checksums cover them.
    for (let id = first; id <= last; id += 1) sealTraining(this.connection, id + shift);
  }

  #areFree(first: number, last: number): boolean {
    return !this.connection
      .prepare('SELECT EXISTS (SELECT 1 FROM trainings WHERE id BETWEEN ? AND ?)', FLAG)
      .one(first, last);
  }
}

function nextId(connection: StorePart['connection'], table: Keyed): number {
  return connection.prepare(`SELECT coalesce(max(id), 0) + 1 FROM ${table}`, ID).one();
}
