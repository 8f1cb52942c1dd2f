import { formatEstimate } from '../../../shared/duration-text.ts';
import { formatProgress } from '../../../shared/percent-text.ts';
import type { OnReading } from '../datasets/examples.ts';

const TELL_EVERY_MILLISECONDS = 1000;

/** Says in words how far a summary is, about every second if it takes longer than that. */
export function tellingProgress(onReading: OnReading): (fraction: number) => void {
  const start = performance.now();
  let told = start;
  return (fraction) => {
    const now = performance.now();
    if (now - told < TELL_EVERY_MILLISECONDS) return;
    told = now;
    const secondsLeft = ((now - start) / fraction - (now - start)) / 1000;
    onReading(
      `the summary of the data: ${formatProgress(fraction)}, ${formatEstimate(secondsLeft)} left`,
    );
  };
}
