/** How long tests of the window wait: a loaded machine is ten times as slow as a quiet one. */
export const PATIENCE_MILLISECONDS = 180_000;

/** For `expect.poll`, which waits a second by default. */
export const POLL = { timeout: PATIENCE_MILLISECONDS };
