import { type ErrorCode, WorkbenchError } from '../../../shared/contract/errors.ts';

export const EXIT_FAILED = 1;
export const EXIT_WRONG_USE = 2;
/** 128 + SIGINT, as shells report an interrupted command. */
const EXIT_INTERRUPTED = 130;
/** 128 + SIGPIPE, as shells report a command whose output is no longer read. */
export const EXIT_NO_READER = 141;

const WRONG_USE: readonly ErrorCode[] = ['invalid-settings', 'invalid-argument', 'not-found'];

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof WorkbenchError)) return EXIT_FAILED;
  if (error.code === 'interrupted') return EXIT_INTERRUPTED;
  return WRONG_USE.includes(error.code) ? EXIT_WRONG_USE : EXIT_FAILED;
}
