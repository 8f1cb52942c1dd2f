/** The status line at the bottom of a terminal, and the amounts shown in it. */
import { plainLine } from './plain-text.mjs';

/**
 * The output to write to, such as process.stderr.
 *
 * @typedef {object} Screen
 * @property {boolean} [isTTY]
 * @property {number} [columns]
 * @property {(text: string) => unknown} write
 */

/**
 * @typedef {object} TerminalLine
 * @property {boolean} isMoving whether the line can be replaced: it cannot in a file, a pipe or an editor
 * @property {() => number} columns the terminal's width, or 80
 * @property {(text: string) => void} draw replaces the line; what is longer than the terminal is cut off
 * @property {() => void} clear removes the line before other output
 */

const CLEAR_LINE = '\r\u001b[2K';
const USUAL_COLUMNS = 80;

/**
 * @param {Screen} screen
 * @returns {TerminalLine}
 */
export function terminalLine(screen) {
  const isMoving = screen.isTTY === true && process.env['TERM'] !== 'dumb';
  // Some terminals report 0.
  const columns = () => (screen.columns === 0 ? undefined : screen.columns) ?? USUAL_COLUMNS;
  let isDrawn = false;
  return {
    isMoving,
    columns,
    draw(text) {
      if (!isMoving) return;
      screen.write(`${CLEAR_LINE}${plainLine(text).slice(0, columns() - 1)}`);
      isDrawn = true;
    },
    clear() {
      if (isDrawn) screen.write(CLEAR_LINE);
      isDrawn = false;
    },
  };
}

/**
 * `[███████···············]`
 *
 * @param {number} fraction
 * @param {number} width in characters, without the brackets
 * @returns {string}
 */
export function bar(fraction, width) {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return `[${'█'.repeat(filled)}${'·'.repeat(width - filled)}]`;
}

/**
 * `8.3 MB`, `170 MB`: millions of bytes.
 *
 * @param {number} bytes
 * @returns {string}
 */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/**
 * `1 h 5 min`, `3 min 20 s`, `12 s`: as the window writes it
 *
 * @param {number} seconds
 * @returns {string}
 */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = whole % 60;
  if (hours > 0) return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
  if (minutes > 0) return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
  return `${rest} s`;
}

/**
 * `under 0.1 s`, `0.4 s`, `12 s`, `3 min 20 s`
 *
 * @param {number} seconds
 * @returns {string}
 */
export function shortDuration(seconds) {
  if (seconds > 0 && seconds < 0.1) return 'under 0.1 s';
  return seconds < 10 ? `${seconds.toFixed(1)} s` : duration(seconds);
}
