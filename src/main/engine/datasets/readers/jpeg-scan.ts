/** Follows the Huffman codes of one scan of a JPEG picture, without its coefficients. */
import type { HuffmanTable } from './jpeg-huffman.ts';

export interface Component {
  /** Sampling factors: blocks of 8 × 8 in a minimum coded unit (MCU). */
  readonly across: number;
  readonly down: number;
  /** Blocks of the picture, where a scan holds this component alone. */
  readonly columns: number;
  readonly rows: number;
  /** Blocks in a row with those that fill up the last MCU. */
  readonly stride: number;
  /** For a progressive picture: `[blocks, 2]`, a bit for each coefficient that is not 0. */
  readonly nonzero: Uint32Array;
  /** `[64]`: how many bits of each coefficient are still to come. Before its first scan, `ALL_BITS`. */
  readonly bitsLeft: Uint8Array;
}

export interface Frame {
  readonly isProgressive: boolean;
  readonly width: number;
  readonly height: number;
  readonly mcuColumns: number;
  readonly mcuRows: number;
  readonly components: ReadonlyMap<number, Component>;
}

/** Whether the marker separates parts of a scan. */
export const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;

/** What a scan says of one of its components. */
interface ScanComponent {
  readonly component: Component;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
}

/** Reading stopped: the data end here, or no code begins like this. */
const STOPPED = -1;

export class Scan {
  at: number;
  /** Minimum coded units that the scan should hold. */
  readonly units: number;
  /** False if a table is missing: such images rely on the tables of their decoder. */
  readonly isKnown: boolean;
  readonly #bytes: Buffer;
  readonly #frame: Frame;
  readonly #parts: readonly ScanComponent[];
  readonly #interval: number;
  /** The first and last coefficient, in zigzag order. */
  readonly #first: number;
  readonly #last: number;
  /** Whether the scan adds a bit to coefficients of earlier scans. */
  readonly #isRefinement: boolean;
  /** The bits of each coefficient that the scan leaves to later ones. */
  readonly #bitsLeft: number;
  #held = 0;
  #heldBits = 0;
  /** Blocks that hold no more coefficients of this scan (G.1.2.2). */
  #emptyBlocks = 0;

  constructor(
    bytes: Buffer,
    start: number,
    frame: Frame,
    header: Buffer,
    tables: ReadonlyMap<number, HuffmanTable>,
    interval: number,
  ) {
    this.#bytes = bytes;
    this.at = start;
    this.#frame = frame;
    this.#interval = interval;
    const count = header[0] ?? 0;
    const parts = Array.from({ length: count }, (_, index): ScanComponent | undefined => {
      const component = frame.components.get(header[1 + 2 * index] ?? -1);
      const numbers = header[2 + 2 * index] ?? 0;
      if (!component) return undefined;
      return {
        component,
        dc: tables.get(numbers >> 4),
        ac: tables.get(0x10 | (numbers & 15)),
      };
    });
    this.#parts = parts.filter((part) => part !== undefined);
    this.#first = frame.isProgressive ? (header[1 + 2 * count] ?? 0) : 0;
    this.#last = frame.isProgressive ? (header[2 + 2 * count] ?? 63) : 63;
    this.#isRefinement = frame.isProgressive && (header[3 + 2 * count] ?? 0) >> 4 > 0;
    this.#bitsLeft = frame.isProgressive ? (header[3 + 2 * count] ?? 0) & 15 : 0;
    const needsDc = this.#first === 0 && !this.#isRefinement;
    const needsAc = this.#last > 0;
    this.isKnown =
      count > 0 &&
      this.#last < 64 &&
      this.#parts.length === count &&
      this.#parts.every(
        ({ dc, ac }) => (dc !== undefined || !needsDc) && (ac !== undefined || !needsAc),
      );
    const [only] = this.#parts;
    this.units =
      this.#parts.length === 1 && only
        ? only.component.columns * only.component.rows
        : frame.mcuColumns * frame.mcuRows;
  }

  /** How many minimum coded units are there. */
  countUnits(): number {
    const [only] = this.#parts;
    const isAlone = this.#parts.length === 1;
    for (let unit = 0; unit < this.units; unit += 1) {
      if (this.#interval > 0 && unit > 0 && unit % this.#interval === 0 && !this.#restart()) {
        return unit;
      }
      const isWhole = isAlone && only ? this.#readBlockOf(only, unit) : this.#readUnit(unit);
      if (!isWhole) return unit;
    }
    for (const { component } of this.#parts) {
      component.bitsLeft.fill(this.#bitsLeft, this.#first, this.#last + 1);
    }
    return this.units;
  }

  #readBlockOf(part: ScanComponent, unit: number): boolean {
    const { columns, stride } = part.component;
    return this.#readBlock(part, Math.floor(unit / columns) * stride + (unit % columns));
  }

  #readUnit(unit: number): boolean {
    const { mcuColumns } = this.#frame;
    const [row, column] = [Math.floor(unit / mcuColumns), unit % mcuColumns];
    for (const part of this.#parts) {
      const { across, down, stride } = part.component;
      for (let y = 0; y < down; y += 1) {
        for (let x = 0; x < across; x += 1) {
          const block = (row * down + y) * stride + column * across + x;
          if (!this.#readBlock(part, block)) return false;
        }
      }
    }
    return true;
  }

  #readBlock({ component, dc, ac }: ScanComponent, block: number): boolean {
    if (!this.#frame.isProgressive) return this.#readDc(dc!) && this.#readAc(ac!);
    if (this.#first === 0) return this.#isRefinement ? this.#bits(1) >= 0 : this.#readDc(dc!);
    const { nonzero } = component;
    return this.#isRefinement
      ? this.#refineAc(ac!, nonzero, 2 * block)
      : this.#readFirstAc(ac!, nonzero, 2 * block);
  }

  #readDc(table: HuffmanTable): boolean {
    const size = this.#symbol(table);
    return size >= 0 && this.#bits(size & 15) >= 0;
  }

  /**
   * F.2.2.2. Almost all of the time is spent here: codes of up to 8 bits are looked up at once, together
   * with the bits that follow them.
   */
  #readAc(table: HuffmanTable): boolean {
    const { short } = table;
    for (let at = 1; at < 64;) {
      if (this.#heldBits < 23) this.#fill();
      const held = this.#heldBits;
      const found = held < 8 ? 0 : short[(this.#held >>> (held - 8)) & 0xff]!;
      const size = found & 15;
      const left = held - (found >> 8) - size;
      if (found === 0 || left < 0) {
        const symbol = this.#symbol(table);
        if (symbol < 0) return false;
        if (this.#bits(symbol & 15) < 0) return false;
        if ((symbol & 15) === 0 && symbol >> 4 < 15) return true;
        at += (symbol >> 4) + 1;
        continue;
      }
      this.#heldBits = left;
      const zeros = (found >> 4) & 15;
      if (size === 0 && zeros < 15) return true;
      at += zeros + 1;
    }
    return true;
  }

  /** G.1.2.2. */
  #readFirstAc(table: HuffmanTable, nonzero: Uint32Array, words: number): boolean {
    if (this.#emptyBlocks > 0) {
      this.#emptyBlocks -= 1;
      return true;
    }
    for (let at = this.#first; at <= this.#last; at += 1) {
      const symbol = this.#symbol(table);
      if (symbol < 0) return false;
      const [zeros, size] = [symbol >> 4, symbol & 15];
      if (size === 0 && zeros < 15) {
        const extra = this.#bits(zeros);
        this.#emptyBlocks = (1 << zeros) + extra - 1;
        return extra >= 0;
      }
      at += zeros;
      if (size === 0) continue;
      if (this.#bits(size) < 0) return false;
      if (at < 64) nonzero[words + (at >> 5)]! |= 1 << (at & 31);
    }
    return true;
  }

  /** G.1.2.3: every coefficient that was not 0 before has a bit more. */
  #refineAc(table: HuffmanTable, nonzero: Uint32Array, words: number): boolean {
    let at = this.#first;
    while (this.#emptyBlocks === 0 && at <= this.#last) {
      const symbol = this.#symbol(table);
      if (symbol < 0) return false;
      const size = symbol & 15;
      let zeros = symbol >> 4;
      if (size === 0 && zeros < 15) {
        const extra = this.#bits(zeros);
        if (extra < 0) return false;
        this.#emptyBlocks = (1 << zeros) + extra;
        break;
      }
      if (size > 0 && this.#bits(1) < 0) return false;
      for (; at <= this.#last; at += 1) {
        if ((nonzero[words + (at >> 5)]! >>> (at & 31)) & 1) {
          if (this.#bits(1) < 0) return false;
        } else {
          if (zeros === 0) break;
          zeros -= 1;
        }
      }
      if (size > 0 && at <= this.#last) nonzero[words + (at >> 5)]! |= 1 << (at & 31);
      at += 1;
    }
    if (this.#emptyBlocks === 0) return true;
    for (; at <= this.#last; at += 1) {
      if ((nonzero[words + (at >> 5)]! >>> (at & 31)) & 1 && this.#bits(1) < 0) return false;
    }
    this.#emptyBlocks -= 1;
    return true;
  }

  /** E.2.4: goes on at the next restart marker. */
  #restart(): boolean {
    [this.#held, this.#heldBits, this.#emptyBlocks] = [0, 0, 0];
    const bytes = this.#bytes;
    while (
      this.at + 1 < bytes.length &&
      !(bytes[this.at] === 0xff && bytes[this.at + 1]! % 0xff > 0)
    ) {
      this.at += 1;
    }
    if (this.at + 1 >= bytes.length || !isRestart(bytes[this.at + 1]!)) return false;
    this.at += 2;
    return true;
  }

  /** Takes bytes up to a marker, until at least 25 bits are held. A byte 0xff is followed by a 0 (F.1.2.3). */
  #fill(): void {
    const bytes = this.#bytes;
    while (this.#heldBits < 25 && this.at < bytes.length) {
      const byte = bytes[this.at]!;
      if (byte === 0xff) {
        const next = bytes[this.at + 1];
        if (next === 0xff) {
          this.at += 1;
          continue;
        }
        if (next !== 0) return;
        this.at += 1;
      }
      this.at += 1;
      this.#held = (this.#held << 8) | byte;
      this.#heldBits += 8;
    }
  }

  /** @returns the next bits as a number, or `STOPPED`. */
  #bits(count: number): number {
    if (this.#heldBits < count) this.#fill();
    if (this.#heldBits < count) return STOPPED;
    this.#heldBits -= count;
    return (this.#held >>> this.#heldBits) & ((1 << count) - 1);
  }

  /** @returns the symbol of the next code, or `STOPPED`. */
  #symbol({ short, ends, offsets, symbols }: HuffmanTable): number {
    if (this.#heldBits < 16) this.#fill();
    const spare = this.#heldBits - 16;
    const next = (spare >= 0 ? this.#held >>> spare : this.#held << -spare) & 0xffff;
    const found = short[next >> 8]!;
    if (found > 0) {
      this.#heldBits -= found >> 8;
      return this.#heldBits < 0 ? STOPPED : found & 0xff;
    }
    for (let length = 9; length <= 16; length += 1) {
      const code = next >> (16 - length);
      if (code >= ends[length]!) continue;
      this.#heldBits -= length;
      return this.#heldBits < 0 ? STOPPED : (symbols[code + offsets[length]!] ?? STOPPED);
    }
    return STOPPED;
  }
}
