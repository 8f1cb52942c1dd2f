import { execFile } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WorkThread } from '../../../src/main/workbench/work-thread.ts';

function openThread(idleMilliseconds?: number) {
  const thread = new WorkThread<{
    readonly answer: { readonly given: unknown; readonly result: unknown };
  }>({
    module: new URL('children/answer.ts', import.meta.url),
    name: 'ticket-answers',
    ...(idleMilliseconds !== undefined && { idleMilliseconds }),
  });
  onTestFinished(() => thread.close());
  return thread;
}

/** The threads that the process starts while a test runs. */
function startedThreads(): readonly Worker[] {
  const threads: Worker[] = [];
  const note = (thread: Worker): void => void threads.push(thread);
  process.on('worker', note);
  onTestFinished(() => {
    process.off('worker', note);
  });
  return threads;
}

describe('a task that can’t be sent', () => {
  it('fails, and the thread does the others', async () => {
    const thread = openThread();
    const before = thread.run('answer', 1);
    await expect(thread.run('answer', () => 'a function')).rejects.toMatchObject({
      name: 'DataCloneError',
    });
    expect(await Promise.all([before, thread.run('answer', 2)])).toEqual([1, 2]);
  });

  it('does not keep the process from ending', async () => {
    const program = fileURLToPath(new URL('children/send-function.ts', import.meta.url));
    // One that does not end is killed, which is an error here.
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 120_000 });
    expect(stdout).toBe('DataCloneError');
  });
});

describe('a thread that has ended', () => {
  it('starts again for the next task where it had nothing to do', async () => {
    const threads = startedThreads();
    const thread = openThread(0);
    expect(await thread.run('answer', 1)).toBe(1);
    await once(threads[0]!, 'exit');
    expect(await thread.run('answer', 2)).toBe(2);
    expect(threads).toHaveLength(2);
  });

  it('stays ended once it is closed, whether it had ever started or not', async () => {
    const threads = startedThreads();
    for (const count of [0, 1]) {
      const thread = openThread();
      if (count > 0) await thread.run('answer', 1);
      await thread.close();
      await expect(thread.run('answer', 2)).rejects.toMatchObject({
        code: 'unavailable',
        message: 'the workbench is closing',
      });
    }
    expect(threads).toHaveLength(1);
  });

  it('has ended when closing ends, also where it was just ending by itself', async () => {
    const threads = startedThreads();
    const thread = openThread(0);
    await thread.run('answer', 1);
    let hasExited = false;
    threads[0]!.once('exit', () => {
      hasExited = true;
    });
    // After the timer of the thread, which was started before.
    await new Promise((resolve) => setTimeout(resolve, 0));
    await thread.close();
    expect(hasExited).toBe(true);
  });
});
