/** The Huffman codes of a JPEG picture. */

/** The codes of T.81, annex C. */
export interface HuffmanTable {
  /** By the next 8 bits: 256 times the length of the code, plus its symbol; 0 for longer codes. */
  readonly short: Uint16Array;
  /** By length: the first code beyond those of this length. */
  readonly ends: Int32Array;
  /** By length: the place of a code's symbol, less the code. */
  readonly offsets: Int32Array;
  readonly symbols: Buffer;
}

/** By the byte that names a table: its class, 0 for DC and 1 for AC, and its number. */
export function readTables(segment: Buffer, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at + 17 <= segment.length;) {
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    tables.set(segment[at]!, tableOf(counts, segment.subarray(at + 17, at + 17 + total)));
    at += 17 + total;
  }
}

function tableOf(counts: Buffer, symbols: Buffer): HuffmanTable {
  const short = new Uint16Array(256);
  const [ends, offsets] = [new Int32Array(17), new Int32Array(17)];
  let [code, place] = [0, 0];
  for (let length = 1; length <= 16; length += 1) {
    offsets[length] = place - code;
    for (let index = 0; index < counts[length - 1]!; index += 1) {
      if (length <= 8) {
        const first = code << (8 - length);
        short.fill((length << 8) | symbols[place]!, first, first + (1 << (8 - length)));
      }
      code += 1;
      place += 1;
    }
    ends[length] = code;
    code <<= 1;
  }
  return { short, ends, offsets, symbols };
}
