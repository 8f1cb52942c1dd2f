import type { DatasetProgress } from '../../../shared/contract/records/datasets.ts';
import { bar, duration, formatProgress, megabytes } from './format.ts';
import type { Output } from './output.ts';

const BAR_WIDTH = 20;

/** Without a terminal, a download prints a line whenever it has advanced by this many percent. */
const PERCENT_PER_LINE = 10;

/**
 * Shows the progress of a fetch: one line that is redrawn in a terminal; otherwise a line for each step
 * and each tenth of a download.
 */
export function followFetch(output: Output): (progress: DatasetProgress) => void {
  let step: string | undefined;
  let reported = 0;
  return (progress) => {
    if (output.isTerminal) {
      output.status(withBar(progress));
      return;
    }
    const percent = Math.floor(100 * fractionOf(progress));
    const isNew = progress.step !== step;
    if (!isNew && percent < reported + PERCENT_PER_LINE) return;
    step = progress.step;
    reported = percent - (percent % PERCENT_PER_LINE);
    output.note(inWords(progress));
  };
}

function fractionOf({ bytes = 0, totalBytes = 0 }: DatasetProgress): number {
  return totalBytes === 0 ? 0 : bytes / totalBytes;
}

function withBar(progress: DatasetProgress): string {
  const { step, bytes, totalBytes } = progress;
  if (bytes === undefined || totalBytes === undefined) return step;
  const share = bar(bytes / Math.max(1, totalBytes), BAR_WIDTH);
  return `${share} ${step}: ${megabytes(bytes)} of ${megabytes(totalBytes)}${left(progress)}`;
}

function inWords(progress: DatasetProgress): string {
  const { step, bytes, totalBytes } = progress;
  if (bytes === undefined || totalBytes === undefined) return step;
  return `${step}: ${formatProgress(fractionOf(progress))} of ${megabytes(totalBytes)}${left(progress)}`;
}

function left({ etaSeconds }: DatasetProgress): string {
  return etaSeconds === undefined ? '' : `, ${duration(etaSeconds)} left`;
}
