/** What inputs are thrown at: every parser and every other entrance, by name. */
import type { Rng } from '../src/shared/rng.ts';

/** Limits for one input. */
export interface Most {
  /** Limit of processor time. */
  readonly seconds: number;
  readonly megabytes: number;
}

export interface Target {
  /** `csv/table.csv`. */
  readonly name: string;
  /** The next input, equal for equal generators. */
  make(random: Rng): Buffer;
  /**
   * Feeds it to the program.
   *
   * @throws WorkbenchError if it is refused in good order; anything else is a fault.
   */
  take(input: Buffer): Promise<void>;
  /** What one input may take. By default it depends on how long the input is. */
  readonly most?: Most;
  /** Errors that need no hint, because they name everything wrong and what is allowed. */
  readonly hintless?: readonly string[];
  close?(): Promise<void>;
}
