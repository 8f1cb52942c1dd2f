/** Shows the progress of provisioning: one moving line in a terminal, otherwise a few plain lines. */

/**
 * A step that starts, advances or ends, or a note.
 *
 * @typedef {{ type: 'note', text: string }
 *   | { type: 'step', label: string, state: 'running' | 'done' | 'failed', done?: number, total?: number }
 * } ProgressEvent `done` and `total` in bytes
 */
/** @typedef {(event: ProgressEvent) => void} OnProgress */

/**
 * The output to write to, such as process.stderr.
 *
 * @typedef {object} Screen
 * @property {boolean} [isTTY]
 * @property {number} [columns]
 * @property {(text: string) => unknown} write
 */

const BAR_WIDTH = 24;
const REDRAW_AFTER = 100;
const PLAIN_LINE_AFTER = 15_000;
const CLEAR_LINE = '\r\u001b[2K';

/**
 * @param {Screen} screen
 * @returns {{ show: OnProgress, end: () => void }}
 */
export function terminalProgress(screen) {
  const isMoving = screen.isTTY === true && process.env['TERM'] !== 'dumb';
  let begun = 0;
  let lastLine = 0;
  let label = '';
  /** @type {ProgressEvent | undefined} */
  let current;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  // Some terminals report 0.
  const width = () => (screen.columns !== undefined && screen.columns > 0 ? screen.columns : 80);
  const draw = () => {
    if (current?.type !== 'step') return;
    const text = movingLine(current, Date.now() - begun);
    screen.write(`${CLEAR_LINE}${text.slice(0, width() - 1)}`);
  };
  const clear = () => {
    if (isMoving && current !== undefined) screen.write(CLEAR_LINE);
  };
  const end = () => {
    clear();
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
        screen.write(`${event.text}\n`);
        return;
      }
      if (event.label !== label) {
        label = event.label;
        begun = now;
        lastLine = now;
      }
      if (event.state !== 'running') {
        const amount = event.done === undefined ? '' : `${megabytes(event.done)} MB, `;
        const result = event.state === 'done' ? `${amount}${seconds(now - begun)}` : 'failed';
        end();
        screen.write(`${event.label}: ${result}\n`);
        return;
      }
      current = event;
      if (isMoving) {
        // Redraws regularly, so that the elapsed seconds advance even if nothing else does.
        if (timer === undefined) draw();
        timer ??= setInterval(draw, REDRAW_AFTER).unref();
      } else if (now - lastLine > PLAIN_LINE_AFTER) {
        lastLine = now;
        screen.write(`${movingLine(event, now - begun)}\n`);
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
  if (done === undefined) return `${label}  ${seconds(elapsed)}`;
  if (total === undefined) return `${label}  ${megabytes(done)} MB  ${seconds(elapsed)}`;
  const fraction = Math.min(1, done / total);
  const filled = Math.round(fraction * BAR_WIDTH);
  const bar = '#'.repeat(filled) + '-'.repeat(BAR_WIDTH - filled);
  const percent = `${Math.floor(100 * fraction)}%`.padStart(4);
  const left =
    fraction > 0 && elapsed > 1_000
      ? `  ${wholeSeconds((elapsed * (1 - fraction)) / fraction)} left`
      : '';
  return `${label}  [${bar}] ${percent}  ${megabytes(done)}/${megabytes(total)} MB${left}`;
}

/**
 * @param {number} bytes
 * @returns {string} millions of bytes
 */
export function megabytes(bytes) {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}

/**
 * @param {number} milliseconds
 * @returns {string}
 */
function seconds(milliseconds) {
  return milliseconds < 10_000
    ? `${(milliseconds / 1000).toFixed(1)} s`
    : wholeSeconds(milliseconds);
}

/**
 * @param {number} milliseconds
 * @returns {string}
 */
function wholeSeconds(milliseconds) {
  const total = Math.ceil(milliseconds / 1000);
  return total < 120 ? `${total} s` : `${Math.floor(total / 60)} min ${total % 60} s`;
}
