import process from 'node:process';
import { standardStream } from '../../../../provision/standard-stream.mjs';
import { terminalLine } from '../../../../provision/terminal-line.mjs';
import { plainText } from './plain-text.ts';

/**
 * Where the command writes: results go to stdout, notes for people go to stderr. Control characters
 * in a text are written as `\u001b`, which JSON reads as the same character.
 */
export interface Output {
  readonly isTerminal: boolean;
  /** Columns of the terminal, or 80. */
  readonly columns: number;
  result(text: string): void;
  /** A line of JSON on stdout about running work. Skipped if the reader is far behind. */
  event(json: string): void;
  /** Skipped if the reader is far behind. */
  note(text: string): void;
  /** Replaces the last line of a terminal. Does nothing without a terminal. */
  status(text: string): void;
}

export interface ProcessOutput extends Output {
  /** Waits until everything is written, or until it is known that it can't be. */
  ended(): Promise<OutputEnd>;
}

/** How writing the results ended. */
export interface OutputEnd {
  /** Whether somebody read until the end. */
  readonly wasRead: boolean;
  /** Why not everything was written: a full disk. */
  readonly failure: Error | undefined;
}

/** Bytes that may wait for a slow reader, such as a pager. Events beyond that are skipped. */
const UNREAD_BYTES = 16 * 1024 * 1024;

/** The output of this process. Work continues if nobody reads, or if the terminal is closed. */
export function processOutput(): ProcessOutput {
  const results = new LineWriter(
    process.stdout,
    (events) => `{"type":"skipped","events":${events}}`,
  );
  const notes = new LineWriter(
    process.stderr,
    (count) => `${count} messages were skipped, because they were not read in time.`,
  );
  const line = terminalLine({
    get isTTY() {
      return process.stderr.isTTY;
    },
    get columns() {
      return process.stderr.columns;
    },
    write: (text) => {
      standardStream(process.stderr).write(text);
    },
  });
  return {
    isTerminal: line.isMoving,
    get columns() {
      return line.columns();
    },
    result(text) {
      line.clear();
      results.write(text);
    },
    event(json) {
      line.clear();
      results.writeIfRead(json);
    },
    note(text) {
      line.clear();
      notes.writeIfRead(text);
    },
    status(text) {
      line.draw(text);
    },
    async ended() {
      const stdout = standardStream(process.stdout);
      await stdout.flushed();
      return { wasRead: stdout.hasReader, failure: stdout.failure };
    },
  };
}

/** Writes lines. What a slow reader has not read yet does not fill the memory. */
class LineWriter {
  readonly #stream: NodeJS.WriteStream;
  readonly #describeSkipped: (count: number) => string;
  #skipped = 0;

  constructor(stream: NodeJS.WriteStream, describeSkipped: (count: number) => string) {
    this.#stream = stream;
    this.#describeSkipped = describeSkipped;
  }

  write(text: string): void {
    const skipped = this.#skipped;
    this.#skipped = 0;
    if (skipped > 0) this.#put(this.#describeSkipped(skipped));
    this.#put(text);
  }

  writeIfRead(text: string): void {
    if (this.#stream.writableLength > UNREAD_BYTES) this.#skipped += 1;
    else this.write(text);
  }

  #put(text: string): void {
    standardStream(this.#stream).write(`${plainText(text)}\n`);
  }
}
