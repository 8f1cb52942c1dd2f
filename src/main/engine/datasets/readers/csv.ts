import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { openBytes } from './byte-reader.ts';

/** One record, and the line in which it begins, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** How a table is written. */
export interface CsvDialect {
  /** One character. */
  readonly separator: string;
  /** Removes spaces and tabs around fields. Those within quotes stay. */
  readonly trim?: boolean;
  /** Lines that begin with this character are passed over. Empty: there are none. */
  readonly comment?: string;
}

/** What was passed over in a table. */
export interface CsvPassedOver {
  readonly commentLines: number;
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
  dialect: CsvDialect,
  receive: (record: CsvRecord) => void,
): Promise<CsvPassedOver> {
  const bytes = await openBytes(path);
  const parser = new CsvParser(path, dialect, receive);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    const piece = new Uint8Array(PIECE_BYTES);
    for (let read = 0; ;) {
      const length = await bytes.read(piece);
      if (read === 0) checkFormat(path, piece.subarray(0, length));
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
    return parser;
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
      'Save the table as UTF-8. A spreadsheet calls this format "CSV UTF-8".',
      { cause },
    );
  }
}

/** Formats that are no tables of text, by the first bytes of their files. */
const OTHER_FORMATS: readonly {
  readonly begins: (text: string) => boolean;
  readonly name: string;
  readonly hint: string;
}[] = [
  {
    // A byte order mark, or a character of ASCII in two bytes.
    begins: (text) => /^(ÿþ|þÿ|\0\0þÿ|[^\0]\0|\0[^\0])/.test(text),
    name: 'text in UTF-16 or UTF-32',
    hint: 'Save the table as UTF-8. A spreadsheet calls this format "CSV UTF-8".',
  },
  {
    begins: (text) => text.startsWith('PK\u0003\u0004'),
    name: 'a zip archive, as workbooks of spreadsheets are',
    hint: 'Unpack it, or save the table of the workbook as CSV.',
  },
  {
    begins: (text) => text.startsWith('PAR1'),
    name: 'a Parquet file',
    hint: 'Save the table as CSV, as with pandas.read_parquet(file).to_csv(file, index=False).',
  },
];

/**
 * @param piece the first bytes of a file.
 * @throws WorkbenchError `invalid-data` if they begin another format.
 */
function checkFormat(path: string, piece: Uint8Array): void {
  const begin = Buffer.from(piece.subarray(0, 4)).toString('latin1');
  const other = OTHER_FORMATS.find((format) => format.begins(begin));
  if (!other) return;
  throw new WorkbenchError(
    'invalid-data',
    `${path}: the file is ${other.name}; expected a table as text in UTF-8`,
    other.hint,
  );
}

const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Takes text in pieces of any length, and cuts fields out of it in whole runs of characters. */
export class CsvParser implements CsvPassedOver {
  readonly #path: string;
  readonly #separator: number;
  readonly #trim: boolean;
  /** NaN, which no character equals, if there are no comments. */
  readonly #comment: number;
  readonly #receive: (record: CsvRecord) => void;
  /** The line of the next character, from 1. */
  line = 1;
  commentLines = 0;
  #recordLine = 1;
  #fields: string[] = [];
  #field = '';
  /** Counts the characters of this record's fields so far, and one for the end of each field. */
  #characters = 0;
  #state: 'start' | 'plain' | 'quoted' | 'quote-in-quoted' | 'behind-quotes' | 'comment' = 'start';
  #isAfterReturn = false;

  constructor(
    path: string,
    { separator, trim = false, comment = '' }: CsvDialect,
    receive: (record: CsvRecord) => void,
  ) {
    this.#path = path;
    this.#separator = separator.charCodeAt(0);
    this.#trim = trim;
    this.#comment = comment.charCodeAt(0);
    this.#receive = receive;
  }

  take(text: string): void {
    for (let at = 0; at < text.length;) at = this.#takeRun(text, at);
  }

  finish(): void {
    if (this.#state === 'quoted') {
      this.#reject(this.#recordLine, 'a quoted field is not closed', 'a closing quote');
    }
    if (this.#state === 'comment') return;
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
      case 'behind-quotes':
        return this.#takeBehindQuotes(text, at);
      case 'comment':
        return this.#takeComment(text, at);
    }
  }

  #takeStart(text: string, at: number): number {
    const code = text.charCodeAt(at);
    const isLineEnd = this.#isAfterReturn && code === LINE_FEED;
    this.#isAfterReturn = false;
    if (isLineEnd) return at + 1;
    if (this.#fields.length === 0 && code === this.#comment) {
      this.#state = 'comment';
      this.commentLines += 1;
      return at + 1;
    }
    if (this.#isTrimmed(code)) return at + 1;
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

  #isTrimmed(code: number): boolean {
    return this.#trim && code !== this.#separator && (code === SPACE || code === TAB);
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
      return at + 1;
    }
    return this.#takeBehindQuotes(text, at);
  }

  #takeBehindQuotes(text: string, at: number): number {
    const code = text.charCodeAt(at);
    if (this.#isTrimmed(code)) {
      this.#state = 'behind-quotes';
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

  #takeComment(text: string, at: number): number {
    const end = /[\r\n]/.exec(text.slice(at))?.index;
    if (end === undefined) return text.length;
    this.#isAfterReturn = text.charCodeAt(at + end) === CARRIAGE_RETURN;
    this.#state = 'start';
    this.line += 1;
    this.#recordLine = this.line;
    return at + end + 1;
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
    const isTrimmed = this.#trim && this.#state === 'plain';
    this.#fields.push(isTrimmed ? withoutEndingSpace(this.#field) : this.#field);
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

/** A pattern would look at each run of spaces within the field once for each of its characters. */
function withoutEndingSpace(field: string): string {
  let end = field.length;
  while (end > 0 && (field[end - 1] === ' ' || field[end - 1] === '\t')) end -= 1;
  return field.slice(0, end);
}
