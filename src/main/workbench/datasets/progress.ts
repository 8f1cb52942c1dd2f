import type { DatasetProgress } from '../../../shared/contract/records/datasets.ts';

export type OnProgress = (progress: DatasetProgress) => void;

/** Frequent enough to look alive, rare enough to cost nothing. */
const TELL_EVERY_MILLISECONDS = 200;

/**
 * Counts bytes as they arrive, and reports them with an estimate of the time left.
 *
 * @param already bytes of an earlier attempt, which don't count for the speed.
 */
export function byteCounter(
  step: string,
  already: number,
  totalBytes: number,
  onProgress: OnProgress,
  now: () => number = () => performance.now(),
): { add(bytes: number): void; finish(): void } {
  const start = now();
  let told = -Infinity;
  let bytes = already;
  const tell = (): void => {
    told = now();
    const pace = (bytes - already) / (told - start);
    const left = Math.max(0, totalBytes - bytes);
    const etaSeconds = pace > 0 ? left / pace / 1000 : undefined;
    onProgress({ step, bytes, totalBytes, ...(etaSeconds === undefined ? {} : { etaSeconds }) });
  };
  tell();
  return {
    add(count) {
      bytes += count;
      if (now() - told >= TELL_EVERY_MILLISECONDS) tell();
    },
    finish: tell,
  };
}
