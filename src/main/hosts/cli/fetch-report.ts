import type { DatasetProgress } from '../../../shared/contract/records.ts';
import { bar, duration, megabytes } from './format.ts';
import type { Output } from './output.ts';

const BAR_WIDTH = 20;

/** Of lines elsewhere than in a terminal: one for so many hundredths of a download. */
const PERCENT_A_LINE = 10;

/** A line that is drawn over in a terminal; elsewhere one for each step, and as a download goes on. */
export function followFetch(output: Output): (progress: DatasetProgress) => void {
  let step: string | undefined;
  let told = 0;
  return (progress) => {
    if (output.isTerminal) {
      output.status(withBar(progress));
      return;
    }
    const percent = percentOf(progress);
    const isNew = progress.step !== step;
    if (!isNew && percent < told + PERCENT_A_LINE) return;
    step = progress.step;
    told = percent - (percent % PERCENT_A_LINE);
    output.note(inWords(progress));
  };
}

function percentOf({ bytes = 0, totalBytes = 0 }: DatasetProgress): number {
  return totalBytes === 0 ? 0 : Math.floor((bytes / totalBytes) * 100);
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
  return `${step}: ${percentOf(progress)} % of ${megabytes(totalBytes)}${left(progress)}`;
}

function left({ etaSeconds }: DatasetProgress): string {
  return etaSeconds === undefined ? '' : `, ${duration(etaSeconds)} left`;
}
