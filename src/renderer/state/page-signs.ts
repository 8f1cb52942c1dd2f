/** What the browser shows of a running search outside the page: the title and the icon of its tab. */
import { formatProgress } from '../format.ts';

export interface RunningSign {
  readonly name: string;
  /** 0..1 */
  readonly fraction: number;
}

/** `62 % · Overnight` while a search runs, otherwise the name of the view. */
export function pageTitle(view: string, running: RunningSign | undefined): string {
  if (!running) return `${view} · Ticket Workbench`;
  return `${formatProgress(running.fraction)} · ${running.name}`;
}

const RADIUS = 12;
const AROUND = 2 * Math.PI * RADIUS;

/** The address of the icon: a ring that closes while a search runs, otherwise the usual one. */
export function iconAddress(running: RunningSign | undefined): string {
  if (!running) return './icon.svg';
  // In whole percent, so that it changes only when there is something to see.
  const done = ((Math.floor(running.fraction * 100) / 100) * AROUND).toFixed(2);
  const ring = `cx="16" cy="16" r="${RADIUS}" fill="none" stroke-width="7"`;
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle ${ring} stroke="#9aa7b5"/><circle ${ring} stroke="#e69f00" stroke-dasharray="${done} ${AROUND.toFixed(2)}" transform="rotate(-90 16 16)"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(picture)}`;
}
