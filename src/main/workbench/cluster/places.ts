/** Where the shards of a plan run. */
export const PLACES = ['local', 'slurm', 'command'] as const;
export type Place = (typeof PLACES)[number];

/** How the shards of a plan were run last. */
export interface LastRun {
  readonly on: Place;
  /** What the shell ran for each, if they ran through a command. */
  readonly template?: string | undefined;
}

/**
 * Where the shards of a plan run if nobody says otherwise: where they ran last.
 *
 * @param lastRun undefined if it is not known how shards were run.
 * @param isOnSlurm whether shards have been submitted to Slurm.
 */
export const usualRun = (lastRun: LastRun | undefined, isOnSlurm: boolean): LastRun =>
  lastRun ?? { on: isOnSlurm ? 'slurm' : 'local' };
