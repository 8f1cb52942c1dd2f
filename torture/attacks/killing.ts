/** Kills programs at random moments. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rng } from '../../src/shared/rng.ts';
import { checkManners } from '../checks.ts';
import { finishedIn } from '../events.ts';
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
  return killAfter({ torment, random }, what, running, sleep(moment));
}

/**
 * Kills a search when it has told of so many finished trainings, at random. It comes in time however
 * quick the machine is.
 *
 * @param trainings how many it finishes in all; it is killed before the last two.
 */
export async function killAtTraining(
  { torment, random }: Scene,
  what: string,
  running: Running,
  trainings: number,
): Promise<Ended> {
  const count = 1 + random.below(trainings - 2);
  const { stdout } = running.child;
  const told = new Promise<void>((resolve) => {
    stdout?.on('data', () => {
      if (finishedIn(running.stdout()).length >= count) resolve();
    });
  });
  return killAfter({ torment, random }, what, running, told);
}

async function killAfter(
  { torment, random }: Pick<Scene, 'torment' | 'random'>,
  what: string,
  running: Running,
  moment: Promise<void>,
): Promise<Ended> {
  const wholeGroup = random.below(2) === 0;
  await Promise.race([moment, running.ended]);
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
