/** Gives a thread what can't be sent, and has nothing else to do. */
import { WorkThread } from '../../../../src/main/workbench/work-thread.ts';

const thread = new WorkThread<{
  readonly answer: { readonly given: unknown; readonly result: unknown };
}>({ module: new URL('answer.ts', import.meta.url), name: 'ticket-answers' });

try {
  await thread.run('answer', () => 'a function');
} catch (error) {
  process.stdout.write((error as Error).name);
}
