import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { messageOf, WorkbenchError } from '../../../../shared/contract/errors.ts';

/**
 * A separate program that trains on one thread on command. Requests and answers are lines. `start
 * DENSITY` is answered by `started`; `steps COUNT` by the seconds they took; `level STEPS
 * EVALUATE_EVERY` (PyTorch only) by the seconds of training and of evaluation. The program ends
 * when its input does.
 */
export interface Contestant {
  readonly name: string;
  /** The software that computes, with its version. */
  readonly version: string;
  /** New weights under a new random mask that keeps this fraction. */
  start(density: number): Promise<void>;
  /** Milliseconds per step, over a block of steps. */
  run(steps: number): Promise<number>;
  /** The next level of an iterative search: milliseconds of training and of evaluation. */
  level(steps: number, evaluateEvery: number): Promise<{ training: number; evaluation: number }>;
  stop(): void;
}

/** @throws WorkbenchError `unavailable` with the program's output if it does not get ready. */
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
  // Writing to a program that has ended fails; its end is reported instead.
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout });
  const failure = (reason: string): WorkbenchError =>
    new WorkbenchError('unavailable', `${name} can't be measured: ${reason}`);
  // Also rejects if the program can't be started.
  const ended = once(child, 'close').then(
    () => {
      throw failure(complaints.trim().split('\n').slice(-3).join('\n') || 'it ended');
    },
    (error: unknown) => {
      throw failure(messageOf(error));
    },
  );
  // Nothing may be awaiting this when the program is stopped.
  ended.catch(() => undefined);
  const nextLine = async (): Promise<string> => {
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
    return line;
  };
  const ask = async (request: string): Promise<string> => {
    const answer = nextLine();
    child.stdin.write(`${request}\n`);
    return answer;
  };
  const ready = await nextLine();
  return {
    name,
    version: ready.replace(/^ready /, ''),
    async start(density) {
      await ask(`start ${density}`);
    },
    async run(steps) {
      return (Number(await ask(`steps ${steps}`)) * 1000) / steps;
    },
    async level(steps, evaluateEvery) {
      const [training, evaluation] = (await ask(`level ${steps} ${evaluateEvery}`)).split(' ');
      return { training: Number(training) * 1000, evaluation: Number(evaluation) * 1000 };
    },
    stop: () => {
      child.kill();
    },
  };
}
