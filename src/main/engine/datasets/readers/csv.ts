import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { openBytes } from './byte-reader.ts';

/** One record, and the line in which it begins, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Limits on an unpacked file and on one record. A larger file is not a table. */
const MAX_BYTES = 2 ** 31;
const MAX_RECORD_CHARACTERS = 2 ** 24;

const PIECE_BYTES = 2 ** 16;

/**
 * Reads a table record by record; it may be gzip. Fields may be quoted. A quoted field may contain
 * separators, line breaks and doubled quotes.
 *
 * @see RFC 4180
 * @throws WorkbenchError `not-found` or `invalid-data` naming file, line and expectation.
 */
export async function readCsv(
  path: string,
  separator: string,
  receive: (record: CsvRecord) => void,
): Promise<void> {
  const bytes = await openBytes(path);
  const parser = new CsvParser(path, separator, receive);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    const piece = new Uint8Array(PIECE_BYTES);
    for (let read = 0; ;) {
      const length = await bytes.read(piece);
      read += length;
      if (read > MAX_BYTES) {
        throw new WorkbenchError(
          'invalid-data',
          `${path}: the file goes on after ${MAX_BYTES} bytes; expected a table that ends before`,
        );
      }
      const isEnd = length < piece.length;
      parser.take(decode(decoder, path, piece.subarray(0, length), isEnd, parser));
      if (isEnd) break;
    }
    parser.finish();
  } finally {
    await bytes.close();
  }
}

function decode(
  decoder: InstanceType<typeof TextDecoder>,
  path: string,
  piece: Uint8Array,
  isEnd: boolean,
  parser: CsvParser,
): string {
  try {
    return decoder.decode(piece, { stream: !isEnd });
  } catch (cause) {
    throw new WorkbenchError(
      'invalid-data',
      `${path}, after line ${parser.line}: the text is not UTF-8; expected UTF-8`,
      'Save the table as UTF-8.',
      { cause },
    );
  }
}

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Takes text in pieces of any length, and cuts fields out of it in whole runs of characters. */
class CsvParser {
  readonly #path: string;
  readonly #separator: number;
  readonly #receive: (record: CsvRecord) => void;
  /** The line of the next character, from 1. */
  line = 1;
  #recordLine = 1;
  #fields: string[] = [];
  #field = '';
  /** Counts the characters of this record's fields so far, and one for the end of each field. */
  #characters = 0;
  #state: 'start' | 'plain' | 'quoted' | 'quote-in-quoted' = 'start';
  #isAfterReturn = false;

  /** @param separator one character. */
  constructor(path: string, separator: string, receive: (record: CsvRecord) => void) {
    this.#path = path;
    this.#separator = separator.charCodeAt(0);
    this.#receive = receive;
  }

  take(text: string): void {
    for (let at = 0; at < text.length;) at = this.#takeRun(text, at);
  }

  finish(): void {
    if (this.#state === 'quoted') {
      this.#reject(this.#recordLine, 'a quoted field is not closed', 'a closing quote');
    }
    if (this.#fields.length > 0 || this.#state !== 'start') this.#endRecord();
  }

  /** @returns where the next run begins. */
  #takeRun(text: string, at: number): number {
    switch (this.#state) {
      case 'start':
        return this.#takeStart(text, at);
      case 'plain':
        return this.#takePlain(text, at);
      case 'quoted':
        return this.#takeQuoted(text, at);
      case 'quote-in-quoted':
        return this.#takeAfterQuote(text, at);
    }
  }

  #takeStart(text: string, at: number): number {
    const code = text.charCodeAt(at);
    const isLineEnd = this.#isAfterReturn && code === LINE_FEED;
    this.#isAfterReturn = false;
    if (isLineEnd) return at + 1;
    if (code !== QUOTE) return this.#takePlain(text, at);
    this.#state = 'quoted';
    return at + 1;
  }

  #takePlain(text: string, at: number): number {
    let end = at;
    while (end < text.length && !this.#isSpecial(text.charCodeAt(end))) end += 1;
    if (end > at) {
      this.#append(text.slice(at, end));
      this.#state = 'plain';
    }
    if (end === text.length) return end;
    if (!this.#takeEnd(text.charCodeAt(end))) {
      this.#reject(this.line, 'a quote stands within a field', 'the whole field in quotes');
    }
    return end + 1;
  }

  #isSpecial(code: number): boolean {
    return (
      code === this.#separator || code === LINE_FEED || code === CARRIAGE_RETURN || code === QUOTE
    );
  }

  #takeQuoted(text: string, at: number): number {
    const quote = text.indexOf('"', at);
    const end = quote < 0 ? text.length : quote;
    const run = text.slice(at, end);
    for (let feed = run.indexOf('\n'); feed >= 0; feed = run.indexOf('\n', feed + 1)) {
      this.line += 1;
    }
    this.#append(run);
    if (quote < 0) return end;
    this.#state = 'quote-in-quoted';
    return end + 1;
  }

  #takeAfterQuote(text: string, at: number): number {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      this.#append('"');
      this.#state = 'quoted';
    } else if (!this.#takeEnd(code)) {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      this.#reject(
        this.line,
        `${JSON.stringify(character)} follows a closing quote`,
        'a separator or the end of the line',
      );
    }
    return at + 1;
  }

  /** Whether the character ends a field or the record. */
  #takeEnd(code: number): boolean {
    if (code === this.#separator) {
      this.#endField();
      return true;
    }
    if (code !== LINE_FEED && code !== CARRIAGE_RETURN) return false;
    this.#isAfterReturn = code === CARRIAGE_RETURN;
    const isBlank = this.#fields.length === 0 && this.#state === 'start';
    if (!isBlank) this.#endRecord();
    this.line += 1;
    this.#recordLine = this.line;
    return true;
  }

  #append(run: string): void {
    this.#field += run;
    this.#count(run.length);
  }

  #count(characters: number): void {
    this.#characters += characters;
    if (this.#characters <= MAX_RECORD_CHARACTERS) return;
    this.#reject(
      this.#recordLine,
      `a record goes on after ${MAX_RECORD_CHARACTERS} characters`,
      'its end; a quote may be missing',
    );
  }

  #endField(): void {
    this.#count(1);
    this.#fields.push(this.#field);
    this.#field = '';
    this.#state = 'start';
  }

  #endRecord(): void {
    this.#endField();
    this.#receive({ line: this.#recordLine, fields: this.#fields });
    this.#fields = [];
    this.#characters = 0;
  }

  #reject(line: number, found: string, expected: string): never {
    throw new WorkbenchError(
      'invalid-data',
      `${this.#path}, line ${line}: ${found}; expected ${expected}`,
      'Fields with separators, quotes or line breaks stand in quotes, and quotes in them are doubled.',
    );
  }
}
