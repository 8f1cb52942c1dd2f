/** What is said of a search whose weights were dropped to save space. */

/** `2026-11-29`, in local time. */
export function dayText(milliseconds: number): string {
  const at = new Date(milliseconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** `were dropped on 2026-11-29 to save space; masks and measurements are kept` */
export function droppedText(droppedAt: number): string {
  return `were dropped on ${dayText(droppedAt)} to save space; masks and measurements are kept`;
}

/** What is lost with weights, before they are dropped. */
export const WEIGHTS_LOST =
  'Without weights, a search keeps its masks, measurements, verdict, charts and finished analyses. It can’t show or export weights, run analyses that read them, or be extended where a training begins with trained weights. Replicates can be added.';

/** What to do about weights that were dropped. */
export const WEIGHTS_AGAIN =
  'Initial weights follow from the seed: the same search, run again on the same machine, has the same weights. A backup that was made before has them, too.';
