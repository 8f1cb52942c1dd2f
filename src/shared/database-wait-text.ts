import type { DatabaseWait } from './contract/records/host.ts';

/** Why nothing can be saved now, and what happens next, for the window and the terminal. */
export function describeWait({ file, writer }: DatabaseWait): string {
  const who = writer === undefined ? 'by another program' : `probably by ${writer}`;
  return `The database ${file} is locked, ${who}. Nothing is lost: changes and results wait, and are saved in their order when it is free.`;
}
