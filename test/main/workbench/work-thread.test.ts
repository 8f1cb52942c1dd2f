import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WorkThread } from '../../../src/main/workbench/work-thread.ts';

function openThread() {
  const thread = new WorkThread<{
    readonly answer: { readonly given: unknown; readonly result: unknown };
  }>({ module: new URL('children/answer.ts', import.meta.url), name: 'ticket-answers' });
  onTestFinished(() => thread.close());
  return thread;
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
