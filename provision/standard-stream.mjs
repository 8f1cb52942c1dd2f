/** Standard output and standard error, which may lose their reader while the program works. */

/**
 * What this needs of process.stdout and process.stderr.
 *
 * @typedef {object} WritableStream
 * @property {(text: string, written?: (error?: Error | null) => void) => unknown} write
 * @property {(event: 'error', listener: (error: Error) => void) => unknown} on
 */

/**
 * @typedef {object} StandardStream
 * @property {boolean} hasReader false once a pipe's reader or the terminal is gone
 * @property {Error | undefined} failure why nothing more can be written, if the reader is not the reason: a full disk
 * @property {(text: string) => void} write does nothing without a reader or after a failure
 * @property {() => Promise<void>} flushed resolves when everything is written, or can't be
 */

/** The reader of a pipe is gone (POSIX, Windows), the terminal is closed, the socket is closed. */
const READER_IS_GONE = ['EPIPE', 'EOF', 'EIO', 'ECONNRESET'];

/** @type {WeakMap<WritableStream, StandardStream>} */
const known = new WeakMap();

/**
 * Keeps the program alive when writing fails. Node ends a program with a stack trace at the first
 * write without a reader, unless somebody listens for the error.
 *
 * @param {WritableStream} stream
 * @returns {StandardStream} the same one for every call with this stream
 */
export function standardStream(stream) {
  const earlier = known.get(stream);
  if (earlier) return earlier;
  /** @type {Error | undefined} */
  let failure;
  let hasReader = true;
  stream.on('error', (error) => {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
    if (READER_IS_GONE.includes(code)) hasReader = false;
    else failure ??= error;
  });
  /** @type {StandardStream} */
  const standard = {
    get hasReader() {
      return hasReader;
    },
    get failure() {
      return failure;
    },
    write(text) {
      if (hasReader && failure === undefined) stream.write(text);
    },
    flushed() {
      if (!hasReader || failure !== undefined) return Promise.resolve();
      // The error event follows the callback, so it is awaited too.
      return new Promise((resolve) => stream.write('', () => setImmediate(resolve)));
    },
  };
  known.set(stream, standard);
  return standard;
}
