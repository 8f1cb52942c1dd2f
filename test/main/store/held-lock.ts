/** A real process that writes to a database for as long as a test wants. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const PROGRAM = fileURLToPath(new URL('children/hold-lock.ts', import.meta.url));

export interface HeldLock {
  readonly processId: number;
  /** Ends when the process has ended. */
  release(): Promise<void>;
}

/** Nobody else can write when this resolves. */
export async function holdLock(file: string): Promise<HeldLock> {
  const child = spawn(process.execPath, [PROGRAM, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  return {
    processId: child.pid!,
    release: async () => {
      child.stdin.end();
      await closed;
    },
  };
}
