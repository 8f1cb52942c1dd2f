import process from 'node:process';
import { WorkbenchError } from '../../shared/contract/errors.ts';

/**
 * How often something is done: the seconds that a variable of the environment says, or the usual ones.
 *
 * @throws WorkbenchError `invalid-argument` for what is no number of seconds.
 */
export function secondsBetween(variable: string, usual: number): number {
  const given = process.env[variable];
  if (given === undefined) return usual;
  const seconds = Number(given);
  if (given.trim() !== '' && Number.isFinite(seconds) && seconds >= 0) return seconds;
  throw new WorkbenchError(
    'invalid-argument',
    `${variable} is "${given}"; expected a number of seconds`,
    `Leave it out for the usual ${usual} seconds.`,
  );
}
