import type { Torment } from './torment.ts';

/** One kind of attack. */
export interface Attack {
  /** What `--only` takes. */
  readonly name: string;
  run(torment: Torment): Promise<void>;
}
