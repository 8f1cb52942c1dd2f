import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { openBytes } from './byte-reader.ts';

/** One record and the line it begins in, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** What a whole file may unpack to, and one of its records: beyond that a file is something else. */
const MAX_BYTES = 2 ** 31;
const MAX_RECORD_CHARACTERS = 2 ** 24;

const PIECE_BYTES = 2 ** 16;

/**
 * Reads a table, gzip or not, record by record: fields may be quoted, a quoted field may hold
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

class CsvParser {
  readonly #path: string;
  readonly #separator: string;
  readonly #receive: (record: CsvRecord) => void;
  /** Of the character that comes next. */
  line = 1;
  #recordLine = 1;
  #fields: string[] = [];
  #field = '';
  #characters = 0;
  #state: 'start' | 'plain' | 'quoted' | 'quote-in-quoted' = 'start';
  #afterReturn = false;

  constructor(path: string, separator: string, receive: (record: CsvRecord) => void) {
    this.#path = path;
    this.#separator = separator;
    this.#receive = receive;
  }

  take(text: string): void {
    for (const character of text) this.#take(character);
  }

  finish(): void {
    if (this.#state === 'quoted') {
      this.#reject(this.#recordLine, 'a quoted field is not closed', 'a closing quote');
    }
    if (this.#fields.length > 0 || this.#state !== 'start') this.#endRecord();
  }

  #take(character: string): void {
    const isSecondHalf = this.#afterReturn && character === '\n';
    this.#afterReturn = false;
    if (isSecondHalf) return;
    this.#characters += 1;
    if (this.#characters > MAX_RECORD_CHARACTERS) {
      this.#reject(
        this.#recordLine,
        `a record goes on after ${MAX_RECORD_CHARACTERS} characters`,
        'its end; a quote may be missing',
      );
    }
    switch (this.#state) {
      case 'quoted':
        if (character === '"') this.#state = 'quote-in-quoted';
        else {
          if (character === '\n') this.line += 1;
          this.#field += character;
        }
        return;
      case 'quote-in-quoted':
        if (character === '"') {
          this.#field += character;
          this.#state = 'quoted';
        } else if (!this.#takeEnd(character)) {
          this.#reject(
            this.line,
            `${JSON.stringify(character)} follows a closing quote`,
            'a separator or the end of the line',
          );
        }
        return;
      case 'start':
        if (character === '"') {
          this.#state = 'quoted';
          return;
        }
        this.#takePlain(character);
        return;
      case 'plain':
        if (character === '"') {
          this.#reject(this.line, 'a quote stands within a field', 'the whole field in quotes');
        }
        this.#takePlain(character);
    }
  }

  #takePlain(character: string): void {
    if (this.#takeEnd(character)) return;
    this.#state = 'plain';
    this.#field += character;
  }

  /** Whether the character ends a field or the record. */
  #takeEnd(character: string): boolean {
    if (character === this.#separator) {
      this.#endField();
      return true;
    }
    if (character !== '\n' && character !== '\r') return false;
    this.#afterReturn = character === '\r';
    const isBlank = this.#fields.length === 0 && this.#state === 'start';
    if (!isBlank) this.#endRecord();
    this.line += 1;
    this.#recordLine = this.line;
    this.#characters = 0;
    return true;
  }

  #endField(): void {
    this.#fields.push(this.#field);
    this.#field = '';
    this.#state = 'start';
  }

  #endRecord(): void {
    this.#endField();
    this.#receive({ line: this.#recordLine, fields: this.#fields });
    this.#fields = [];
  }

  #reject(line: number, found: string, expected: string): never {
    throw new WorkbenchError(
      'invalid-data',
      `${this.#path}, line ${line}: ${found}; expected ${expected}`,
      'Fields with separators, quotes or line breaks stand in quotes, and quotes in them are doubled.',
    );
  }
}
