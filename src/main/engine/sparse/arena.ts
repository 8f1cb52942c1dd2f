import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { Pointer, SparseMemory } from './kernels.ts';
import { type Lifetime, placesByLifetime } from './lifetimes.ts';

const PAGE = 65_536;
/** A row of a tile: two cache lines. */
const ALIGNMENT = 128;

/**
 * Hands out a trainer's memory from the bottom up. Addresses are given first; `commit` then grows the
 * memory to what they need, which empties every view of it. So take views after `commit`, and do not
 * keep them from one training to the next.
 */
export class Arena {
  readonly #memory: SparseMemory;
  #next: Pointer;
  #plan: Plan | undefined;
  /** What was given back, by purpose. */
  readonly #free = new Map<string, Piece[]>();
  /** What was borrowed, by address. */
  readonly #borrowed = new Map<Pointer, Piece>();

  constructor(memory: SparseMemory, firstFreeByte: Pointer) {
    this.#memory = memory;
    this.#next = aligned(firstFreeByte);
  }

  reserve(bytes: number): Pointer {
    const pointer = this.#next;
    this.#next = aligned(pointer + bytes);
    return pointer;
  }

  /** Memory for values, which the backward pass needs again. */
  reserveValues(bytes: number): Pointer {
    return this.#plan?.take(bytes, Infinity) ?? this.reserve(bytes);
  }

  /**
   * Memory for gradients, which only the backward pass needs; give it back when every layer that needs
   * them is built.
   */
  borrowForGradients(purpose: string, bytes: number): Pointer {
    return this.#plan?.take(bytes) ?? this.borrow(purpose, bytes);
  }

  giveBackGradients(purpose: string, pointer: Pointer): void {
    if (this.#plan) this.#plan.end(pointer);
    else this.giveBack(purpose, pointer);
  }

  /**
   * Calls `build` twice: first to record what memory it asks for and when, then with addresses that
   * are planned from this. `build` must ask for the same memory in the same order both times.
   */
  planned<Built>(build: () => Built): Built {
    const mark = this.mark();
    const recording = new Recording(mark);
    this.#plan = recording;
    build();
    this.release(mark);
    this.#free.clear();
    const { places, bytes } = placesByLifetime(recording.lifetimes);
    const start = this.reserve(bytes);
    this.#plan = new Replay(places.map((place) => start + place));
    const built = build();
    this.#plan = undefined;
    return built;
  }

  /** The smallest memory with this purpose that was given back and is large enough, or new memory. */
  borrow(purpose: string, bytes: number): Pointer {
    const free = this.#free.get(purpose) ?? [];
    const [first, ...others] = free.filter((piece) => piece.bytes >= bytes);
    if (first === undefined) {
      const pointer = this.reserve(bytes);
      this.#borrowed.set(pointer, { pointer, bytes });
      return pointer;
    }
    const smallest = others.reduce((a, b) => (b.bytes < a.bytes ? b : a), first);
    free.splice(free.indexOf(smallest), 1);
    return smallest.pointer;
  }

  /** The next borrower with the same purpose may have it. */
  giveBack(purpose: string, pointer: Pointer): void {
    const piece = this.#borrowed.get(pointer);
    if (piece === undefined) throw notBorrowed(pointer);
    const free = this.#free.get(purpose) ?? [];
    free.push(piece);
    this.#free.set(purpose, free);
  }

  /** `release` gives back everything that is reserved after this. */
  mark(): Pointer {
    return this.#next;
  }

  release(mark: Pointer): void {
    this.#next = mark;
  }

  /**
   * Makes everything that is reserved usable. New memory is zero; used memory keeps its contents.
   *
   * @throws WorkbenchError `invalid-settings` if there is not so much memory: addresses end at 4 GiB.
   */
  commit(): void {
    const missing = Math.ceil((this.#next - this.#memory.buffer.byteLength) / PAGE);
    if (missing <= 0) return;
    try {
      this.#memory.grow(missing);
    } catch (cause) {
      const mebibytes = Math.ceil(this.#next / 2 ** 20);
      throw new WorkbenchError(
        'invalid-settings',
        `the sparse engine cannot get the ${mebibytes} MiB that this network takes`,
        'Choose the dense engine.',
        { cause },
      );
    }
  }

  bytes(pointer: Pointer, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, pointer, length);
  }

  integers(pointer: Pointer, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, pointer, length);
  }

  floats(pointer: Pointer, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, pointer, length);
  }

  doubles(pointer: Pointer, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, pointer, length);
  }
}

interface Piece {
  readonly pointer: Pointer;
  readonly bytes: number;
}

const notBorrowed = (pointer: Pointer): Error =>
  new Error(`address ${pointer} is given back, but nothing is borrowed there`);

/** Gives addresses while layers are built. */
interface Plan {
  /** @param to the last time it is needed; if left out, `end` tells it. */
  take(bytes: number, to?: number): Pointer;
  end(pointer: Pointer): void;
}

interface RecordedLifetime extends Lifetime {
  to: number;
}

/** Gives addresses without memory and records what was asked for. */
class Recording implements Plan {
  readonly lifetimes: RecordedLifetime[] = [];
  readonly #open = new Map<Pointer, RecordedLifetime>();
  #time = 0;
  #next: Pointer;

  constructor(start: Pointer) {
    this.#next = start;
  }

  take(bytes: number, to?: number): Pointer {
    this.#time += 1;
    const pointer = this.#next;
    this.#next += aligned(bytes);
    const lifetime = { bytes: aligned(bytes), from: this.#time, to: Infinity };
    if (to === undefined) this.#open.set(pointer, lifetime);
    this.lifetimes.push(lifetime);
    return pointer;
  }

  end(pointer: Pointer): void {
    this.#time += 1;
    const lifetime = this.#open.get(pointer);
    if (lifetime === undefined) throw notBorrowed(pointer);
    lifetime.to = this.#time;
  }
}

/** Gives the planned addresses in the order in which they were asked for. */
class Replay implements Plan {
  readonly #addresses: readonly Pointer[];
  #taken = 0;

  constructor(addresses: readonly Pointer[]) {
    this.#addresses = addresses;
  }

  take(): Pointer {
    const pointer = this.#addresses[this.#taken];
    if (pointer === undefined) throw new Error('asked for more than was planned');
    this.#taken += 1;
    return pointer;
  }

  end(): void {
    return;
  }
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
