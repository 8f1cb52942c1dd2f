/** Kills programs at random moments. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rng } from '../../src/shared/rng.ts';
import { checkManners } from '../checks.ts';
import { type Ended, killGroup, moduleUrl, type Running, ticket } from '../program.ts';
import type { Sample } from '../samples.ts';
import type { Torment } from '../torment.ts';

export const ATTACK = 'kills';

/** What every scenario starts from. */
export interface Scene {
  readonly torment: Torment;
  readonly samples: readonly Sample[];
  /** The first sample with one replicate more. */
  readonly extended: Sample;
  readonly random: Rng;
}

/**
 * Kills a program at a random moment of its usual time, and counts that.
 *
 * @returns how it ended, also if it was faster.
 */
export async function killAtRandom(
  { torment, random }: Pick<Scene, 'torment' | 'random'>,
  what: string,
  running: Running,
  usual: number,
): Promise<Ended> {
  // Nothing happens in the first tenths of a second, in which Node starts.
  const moment = usual * (0.2 + random.uniform());
  const wholeGroup = random.below(2) === 0;
  await Promise.race([sleep(moment), running.ended]);
  if (wholeGroup) killGroup(running.child);
  else running.child.kill('SIGKILL');
  const ended = await running.ended;
  if (ended.signal === 'SIGKILL') torment.figures.count(`kills of ${what}`);
  checkManners(torment, ATTACK, ended, what);
  return ended;
}

/** Lets `ticket` kill itself before one of its changes of files, most of which take no time. */
export async function killAtChange(
  { torment, random }: Scene,
  what: string,
  args: readonly string[],
  most: number,
): Promise<Ended> {
  const ended = await ticket(args, {
    node: ['--import', moduleUrl('die.ts')],
    environment: { TORTURE_DIE_AT: String(random.below(most)) },
  });
  if (ended.signal === 'SIGKILL') torment.figures.count(`kills of ${what}`);
  checkManners(torment, ATTACK, ended, what);
  return ended;
}
