import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program that is told how many steps to train and answers how long they took. */
export interface Contestant {
  readonly name: string;
  /** Milliseconds a step, over a block of steps. */
  run(steps: number): Promise<number>;
  stop(): void;
}

/**
 * Starts a contestant in a process of its own with one computing thread.
 *
 * @throws Error with what it wrote if it does not get ready.
 */
export async function startContestant(
  name: string,
  command: string,
  args: readonly string[],
): Promise<Contestant> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const lines = createInterface({ input: child.stdout });
  let isStopping = false;
  const ended = once(child, 'close').then((): never => {
    throw new Error(`${name} ended: ${complaints.trim().split('\n').slice(-3).join('\n')}`);
  });
  ended.catch((error: unknown) => {
    if (!isStopping) console.error(error instanceof Error ? error.message : error);
  });
  const nextLine = async (): Promise<string> => {
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
    return line;
  };
  await nextLine();
  return {
    name,
    async run(steps) {
      const answer = nextLine();
      child.stdin.write(`${steps}\n`);
      return (Number(await answer) * 1000) / steps;
    },
    stop: () => {
      isStopping = true;
      child.kill();
    },
  };
}
