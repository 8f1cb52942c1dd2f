/** Asks what should happen to running searches when the user quits. */
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
      'In the background, the workbench keeps running without its window and quits when the searches ' +
      'finish. If you pause instead, finished trainings are kept, and the searches continue when you ' +
      'open the workbench again.',
    buttons: ['Keep running in the background', 'Pause and quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  };
}

/** @param response The number of the button that was pressed. */
export function answerOf(response: number): QuitAnswer {
  return ANSWERS[response] ?? 'cancel';
}
