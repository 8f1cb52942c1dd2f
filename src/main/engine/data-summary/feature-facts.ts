import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Dataset, ExampleSet } from '../datasets/examples.ts';
import { productOf } from '../layers/spec.ts';

/** What one pass over the features of a dataset finds. */
export interface FeatureFacts {
  readonly smallest: number;
  readonly largest: number;
  readonly mean: number;
  /** Whether all training examples have the same features. */
  readonly isAllEqual: boolean;
  /** The features of a table of numbers, in order; undefined for images and bytes. */
  readonly features: readonly TableFeature[] | undefined;
}

/** How a feature of a table runs over the training examples. */
export interface TableFeature {
  readonly isConstant: boolean;
  /** Whole numbers, each larger than the one before: the number of a record, or a time. */
  readonly isCounting: boolean;
  /** Whole numbers, no two the same: an identifier. */
  readonly isUnique: boolean;
}

/** Features read between two turns of the event loop: some milliseconds. */
const FEATURES_PER_TURN = 2 ** 22;

/**
 * Reads all features of both sets once.
 *
 * @param onProgress called between turns with the finished fraction, in [0, 1].
 */
export async function featureFacts(
  dataset: Dataset,
  onProgress: (fraction: number) => void = () => undefined,
): Promise<FeatureFacts> {
  const { train, test, shape } = dataset;
  const size = productOf(shape);
  const total = (train.count + test.count) * size;
  const range = new ValueRange();
  const equality = new Equality(train, size);
  const isTable = shape.length === 1 && train.features instanceof Float32Array;
  const columns = isTable ? new Columns(train, size) : undefined;
  let read = 0;
  for (const set of [train, test]) {
    const perTurn = Math.max(1, Math.floor(FEATURES_PER_TURN / size));
    for (let start = 0; start < set.count; start += perTurn) {
      const end = Math.min(set.count, start + perTurn);
      range.take(set, start * size, end * size);
      if (set === train) {
        equality.take(start, end);
        columns?.take(start, end);
      }
      read += (end - start) * size;
      if (read === total) break;
      onProgress(read / total);
      await nextTurn();
    }
  }
  return {
    smallest: range.smallest,
    largest: range.largest,
    mean: range.sum / total,
    isAllEqual: equality.holds,
    features: await columns?.facts(),
  };
}

class ValueRange {
  smallest = Infinity;
  largest = -Infinity;
  sum = 0;

  take({ features }: ExampleSet, start: number, end: number): void {
    // Local variables are several times as fast as fields.
    let { smallest, largest, sum } = this;
    for (let at = start; at < end; at += 1) {
      const value = features[at]!;
      if (value < smallest) smallest = value;
      if (value > largest) largest = value;
      sum += value;
    }
    Object.assign(this, { smallest, largest, sum });
  }
}

/** Whether every example equals the first. It stops comparing at the first difference. */
class Equality {
  readonly #set: ExampleSet;
  readonly #size: number;
  holds: boolean;

  constructor(set: ExampleSet, size: number) {
    this.#set = set;
    this.#size = size;
    this.holds = set.count > 1;
  }

  take(start: number, end: number): void {
    const { features } = this.#set;
    for (let at = start * this.#size; this.holds && at < end * this.#size; at += 1) {
      this.holds = features[at] === features[at % this.#size];
    }
  }
}

/** Values looked up in a set between two turns: also some milliseconds. */
const VALUES_PER_TURN = 2 ** 16;

/** The columns of a table of numbers. */
class Columns {
  readonly #set: ExampleSet;
  readonly #size: number;
  readonly #isConstant: Uint8Array;
  readonly #isCounting: Uint8Array;
  readonly #isWhole: Uint8Array;
  #valuesOfTurn = 0;

  constructor(set: ExampleSet, size: number) {
    this.#set = set;
    this.#size = size;
    this.#isConstant = new Uint8Array(size).fill(1);
    this.#isCounting = new Uint8Array(size).fill(1);
    this.#isWhole = new Uint8Array(size).fill(1);
  }

  take(start: number, end: number): void {
    const { features } = this.#set;
    const size = this.#size;
    for (let example = start; example < end; example += 1) {
      for (let column = 0; column < size; column += 1) {
        const value = features[example * size + column]!;
        if (value !== features[column]) this.#isConstant[column] = 0;
        if (!Number.isInteger(value)) this.#isWhole[column] = 0;
        if (example > 0 && value <= features[(example - 1) * size + column]!) {
          this.#isCounting[column] = 0;
        }
      }
    }
  }

  async facts(): Promise<TableFeature[]> {
    const facts: TableFeature[] = [];
    for (let column = 0; column < this.#size; column += 1) {
      const isWhole = this.#isWhole[column] === 1;
      const isCounting = isWhole && this.#isCounting[column] === 1;
      facts.push({
        isConstant: this.#isConstant[column] === 1,
        isCounting,
        isUnique: isCounting || (isWhole && (await this.#isUnique(column))),
      });
    }
    return facts;
  }

  async #isUnique(column: number): Promise<boolean> {
    const { features, count } = this.#set;
    const seen = new Set<number>();
    for (let example = 0; example < count; example += 1) {
      const value = features[example * this.#size + column]!;
      if (seen.has(value)) return false;
      seen.add(value);
      this.#valuesOfTurn += 1;
      if (this.#valuesOfTurn < VALUES_PER_TURN) continue;
      this.#valuesOfTurn = 0;
      await nextTurn();
    }
    return true;
  }
}
