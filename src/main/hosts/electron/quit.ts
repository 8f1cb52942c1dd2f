/** What happens to running searches when the user quits. */
import type { MessageBoxOptions } from 'electron';

export type QuitAnswer = 'background' | 'quit' | 'cancel';

const ANSWERS: readonly QuitAnswer[] = ['background', 'quit', 'cancel'];

export function quitQuestion(runningCount: number): MessageBoxOptions {
  const what = runningCount === 1 ? 'A search is' : `${runningCount} searches are`;
  return {
    type: 'question',
    title: 'Ticket Workbench',
    message: `${what} running.`,
    detail:
      'In the background, the workbench goes on without its window, and ends when the searches have ' +
      'finished. Paused, what has been trained is kept, and the rest goes on when you open the ' +
      'workbench again.',
    buttons: ['Keep running in the background', 'Pause and quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  };
}

/** @param response the number of the button that was pressed */
export function answerOf(response: number): QuitAnswer {
  return ANSWERS[response] ?? 'cancel';
}
