/** Where the shards of a plan run. */
export const PLACES = ['local', 'slurm', 'command'] as const;
export type Place = (typeof PLACES)[number];

/** How the shards of a plan were run last. */
export interface LastRun {
  readonly on: Place;
  /** What the shell ran for each, if they ran through a command. */
  readonly template?: string | undefined;
}
