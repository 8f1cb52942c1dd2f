/** Shows the progress of provisioning: one moving line in a terminal, otherwise a few plain lines. */
import { plainLine, plainMessage } from './plain-text.mjs';
import { bar, megabytes, shortDuration, terminalLine } from './terminal-line.mjs';

/**
 * A step that starts, advances or ends, or a note.
 *
 * @typedef {{ type: 'note', text: string }
 *   | { type: 'step', label: string, state: 'running' | 'done' | 'failed', done?: number, total?: number }
 * } ProgressEvent `done` and `total` in bytes
 */
/** @typedef {(event: ProgressEvent) => void} OnProgress */

/** @typedef {import('./terminal-line.mjs').Screen} Screen */

const BAR_WIDTH = 24;
const REDRAW_AFTER = 100;
const PLAIN_LINE_AFTER = 15_000;

/**
 * @param {Screen} screen
 * @returns {{ show: OnProgress, end: () => void }}
 */
export function terminalProgress(screen) {
  const line = terminalLine(screen);
  let begun = 0;
  let lastLine = 0;
  let label = '';
  /** @type {ProgressEvent | undefined} */
  let current;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  const draw = () => {
    if (current?.type === 'step') line.draw(movingLine(current, Date.now() - begun));
  };
  const end = () => {
    line.clear();
    current = undefined;
    label = '';
    clearInterval(timer);
    timer = undefined;
  };

  return {
    end,
    show(event) {
      const now = Date.now();
      if (event.type === 'note') {
        end();
        screen.write(`${plainMessage(event.text)}\n`);
        return;
      }
      if (event.label !== label) {
        label = event.label;
        begun = now;
        lastLine = now;
      }
      if (event.state !== 'running') {
        const amount = event.done === undefined ? '' : `${megabytes(event.done)}, `;
        const took = shortDuration((now - begun) / 1000);
        const result = event.state === 'done' ? `${amount}${took}` : 'failed';
        end();
        screen.write(`${plainLine(`${event.label}: ${result}`)}\n`);
        return;
      }
      current = event;
      if (line.isMoving) {
        // Redraws regularly, so that the elapsed seconds advance even if nothing else does.
        if (timer === undefined) draw();
        timer ??= setInterval(draw, REDRAW_AFTER).unref();
      } else if (now - lastLine > PLAIN_LINE_AFTER) {
        lastLine = now;
        screen.write(`${plainLine(movingLine(event, now - begun))}\n`);
      }
    },
  };
}

/**
 * @param {Extract<ProgressEvent, { type: 'step' }>} step
 * @param {number} elapsed milliseconds
 * @returns {string}
 */
function movingLine({ label, total, done = total === undefined ? undefined : 0 }, elapsed) {
  const seconds = elapsed / 1000;
  if (done === undefined) return `${label}  ${shortDuration(seconds)}`;
  if (total === undefined) return `${label}  ${megabytes(done)}  ${shortDuration(seconds)}`;
  const fraction = Math.min(1, done / total);
  const percent = `${Math.floor(100 * fraction)} %`.padStart(5);
  const left =
    fraction > 0 && seconds > 1
      ? `, ${shortDuration((seconds * (1 - fraction)) / fraction)} left`
      : '';
  return `${label}  ${bar(fraction, BAR_WIDTH)} ${percent}  ${megabytes(done)} of ${megabytes(total)}${left}`;
}
