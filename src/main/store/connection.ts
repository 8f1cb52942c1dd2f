import type Database from 'better-sqlite3';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import { type Decoder, integer, scalar } from './columns.ts';
import { guarded, isBusy } from './store-error.ts';
import { type Attempt, WriteTurns } from './write-turns.ts';

/** The values that SQLite stores. */
export type SqlValue = string | number | null | Uint8Array;

/** One value for each `?` of a statement, or one object with a value for each `@name`. */
export type Parameters = readonly (SqlValue | Readonly<Record<string, SqlValue>>)[];

/** A compiled statement that returns no rows. */
export interface Command {
  run(...parameters: Parameters): { readonly changes: number; readonly lastInsertRowid: number };
}

/** A compiled statement that returns rows. Every row is decoded. */
export interface Query<Row> {
  /** The first row, if there is one. */
  get(...parameters: Parameters): Row | undefined;
  /** The one row of a query that always has one, such as a count. */
  one(...parameters: Parameters): Row;
  all(...parameters: Parameters): Row[];
  /** Row by row, for results that do not fit in memory. */
  iterate(...parameters: Parameters): Iterable<Row>;
}

/** More than a process uses. There is a bound because filters create their own texts. */
const MAXIMUM_STATEMENTS = 300;

/** How long a statement waits for another process's transaction. */
export const BUSY_MILLISECONDS = 10_000;

/** How often a wait that can be ended asks whether it shall. */
const ASK_MILLISECONDS = 200;

/** How long a turn waits at once: most transactions of others are shorter, and no window notices. */
const TURN_MILLISECONDS = 25;

/** What is wrong if several writes could not be saved together. */
const UNSAVED = "the changes can't be saved";

const FREE_PAGES = scalar(integer);

/** 8 MB, some 50 ms. */
const PAGES_AT_ONCE = 2000;

/**
 * The connection that all parts of a store share. `prepare` compiles a statement, `read` and `write`
 * run statements in a transaction.
 */
export class Connection {
  /** Unix time, milliseconds. */
  readonly now: () => number;
  /** Writes that wait for others without holding up the thread. */
  readonly turns = new WriteTurns((work, isSynced) => this.#tryWriting(work, isSynced));
  readonly #database: Database.Database;
  readonly #file: string;
  /** By text, least recently used first. */
  readonly #statements = new Map<string, Database.Statement>();
  #onWait: (() => void) | undefined;

  /** @param file the absolute path, for errors. */
  constructor(database: Database.Database, file: string, now: () => number) {
    this.#database = database;
    this.#file = file;
    this.now = now;
  }

  /**
   * A statement, compiled once per text, because compiling takes longer than running most
   * statements.
   *
   * @param decoder how its rows are read; omitted for a statement that returns none.
   */
  prepare(sql: string): Command;
  prepare<Row>(sql: string, decoder: Decoder<Row>): Query<Row>;
  prepare<Row>(sql: string, decoder?: Decoder<Row>): Command | Query<Row> {
    if (!decoder) return commandOf(this.#compile(sql));
    return queryOf(sql, this.#compile(sql, decoder), decoder);
  }

  /**
   * Reads in one transaction, so several steps see the same state.
   *
   * @param problem what is wrong if this fails: `the search can't be read`.
   * @throws WorkbenchError `store-failed` if SQLite fails or a row can't be decoded.
   */
  read<Result>(problem: string, work: () => Result): Result {
    return this.#guarded(problem, () =>
      this.#database.inTransaction ? work() : this.#database.transaction(work).deferred(),
    );
  }

  /**
   * Writes in one transaction: all or nothing. The data is on disk when this returns.
   *
   * @throws WorkbenchError as `read`.
   */
  write<Result>(problem: string, work: () => Result): Result {
    return this.#guarded(problem, () => this.#immediately(work));
  }

  /**
   * Lets what `work` writes wait for other writers as long as it takes.
   *
   * @param onWait called several times a second while it waits; what it throws ends the waiting.
   */
  waitPatiently<Result>(onWait: () => void, work: () => Result): Result {
    this.#onWait = onWait;
    try {
      return work();
    } finally {
      this.#onWait = undefined;
    }
  }

  /**
   * Like `write`, without waiting for the disk: for data that a power cut may lose. Committed data
   * still outlives the process.
   */
  writeUnsynced<Result>(problem: string, work: () => Result): Result {
    // The enclosing transaction waits for the disk, and this becomes part of it.
    if (this.#database.inTransaction) return this.write(problem, work);
    return this.#guarded(problem, () => this.#unsynced(() => this.#immediately(work)));
  }

  /** Returns the space of deleted data to the disk. Not for use within a transaction. */
  shrink(problem: string): void {
    this.#guarded(problem, () => {
      this.#database.exec('PRAGMA incremental_vacuum');
    });
  }

  /** Pages of the file that hold nothing. */
  freePages(): number {
    return this.prepare('PRAGMA freelist_count', FREE_PAGES).one();
  }

  /**
   * Like `shrink`, step by step, so that other processes can write in between, and with a shorter file at
   * the end: until its log is merged, the file keeps its length.
   *
   * @param onFraction told how much is returned, 0..1.
   */
  returnSpace(problem: string, onFraction: (fraction: number) => void): void {
    this.#guarded(problem, () => {
      const total = this.freePages();
      for (let left = total; left > 0;) {
        this.#database.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
        const now = this.freePages();
        if (now >= left) break;
        left = now;
        onFraction(1 - left / total);
      }
      this.#database.pragma('wal_checkpoint(TRUNCATE)');
    });
  }

  close(): void {
    this.turns.close(new WorkbenchError('unavailable', 'the database is closed'));
    this.#database.close();
  }

  #immediately<Result>(work: () => Result): Result {
    const onWait = this.#onWait;
    if (!onWait || this.#database.inTransaction)
      return this.#database.transaction(work).immediate();
    return this.#waitingAtMost(ASK_MILLISECONDS, () => {
      for (;;) {
        const outcome = this.#tryImmediately(work);
        if (outcome) return outcome.result;
        onWait();
      }
    });
  }

  /** @returns undefined if somebody else writes. */
  #tryImmediately<Result>(work: () => Result): { readonly result: Result } | undefined {
    const state = { hasBegun: false };
    const transaction = this.#database.transaction(() => {
      state.hasBegun = true;
      return { result: work() };
    });
    try {
      return transaction.immediate();
    } catch (error) {
      if (!state.hasBegun && isBusy(error)) return undefined;
      throw error;
    }
  }

  /**
   * Runs `work` while nobody else can write. Each write in it is all or nothing; if one fails, those before it
   * stay.
   */
  #tryWriting<Result>(work: () => Result, isSynced: boolean): Attempt<Result> {
    if (!isSynced) return this.#unsynced(() => this.#tryWriting(work, true));
    const refusal = this.#tryToBegin();
    if (refusal) return { refusal };
    try {
      return { result: work() };
    } finally {
      // SQLite may have ended it already, such as when the disk is full.
      if (this.#database.inTransaction) this.#commit();
    }
  }

  /** @returns why a transaction can't begin now: another connection writes. */
  #tryToBegin(): WorkbenchError | undefined {
    try {
      this.#guarded(UNSAVED, () => {
        this.#waitingAtMost(TURN_MILLISECONDS, () => this.#database.exec('BEGIN IMMEDIATE'));
      });
      return undefined;
    } catch (error) {
      if (error instanceof WorkbenchError && isBusy(error.cause)) return error;
      throw error;
    }
  }

  #commit(): void {
    this.#guarded(UNSAVED, () => {
      try {
        this.#database.exec('COMMIT');
      } catch (error) {
        if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #waitingAtMost<Result>(milliseconds: number, work: () => Result): Result {
    this.#database.pragma(`busy_timeout = ${milliseconds}`);
    try {
      return work();
    } finally {
      this.#database.pragma(`busy_timeout = ${BUSY_MILLISECONDS}`);
    }
  }

  /** What `work` commits does not wait for the disk. Not for use within a transaction. */
  #unsynced<Result>(work: () => Result): Result {
    this.#database.pragma('synchronous = NORMAL');
    try {
      return work();
    } finally {
      this.#database.pragma('synchronous = FULL');
    }
  }

  #compile(
    sql: string,
    { isScalar, isList }: Pick<Decoder<unknown>, 'isScalar' | 'isList'> = { isScalar: false },
  ): Database.Statement {
    // The form of its rows is a lasting property of a statement, so such statements are not shared.
    const form = isScalar ? 'scalar ' : isList ? 'list ' : '';
    const key = `${form}${sql}`;
    const known = this.#statements.get(key);
    const statement = known ?? this.#database.prepare(sql);
    if (!known && isScalar) statement.pluck();
    if (!known && isList) statement.raw();
    this.#statements.delete(key);
    this.#statements.set(key, statement);
    if (this.#statements.size > MAXIMUM_STATEMENTS) {
      for (const oldest of this.#statements.keys()) {
        this.#statements.delete(oldest);
        break;
      }
    }
    return statement;
  }

  #guarded<Result>(problem: string, work: () => Result): Result {
    return guarded(this.#file, problem, work);
  }
}

function commandOf(statement: Database.Statement): Command {
  return {
    run: (...parameters) => {
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { changes, lastInsertRowid: Number(lastInsertRowid) };
    },
  };
}

function queryOf<Row>(
  sql: string,
  statement: Database.Statement,
  { decode }: Decoder<Row>,
): Query<Row> {
  const get = (...parameters: Parameters): Row | undefined => {
    const raw = statement.get(...parameters);
    return raw === undefined ? undefined : decode(raw);
  };
  return {
    get,
    one: (...parameters) => {
      const found = get(...parameters);
      if (found === undefined)
        throw new Error(`a query that must return a row returned none: ${sql}`);
      return found;
    },
    all: (...parameters) => statement.all(...parameters).map(decode),
    *iterate(...parameters) {
      for (const raw of statement.iterate(...parameters)) yield decode(raw);
    },
  };
}
