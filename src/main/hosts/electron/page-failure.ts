/** Tells the user that the window's page does not load, which the page can't. */
import type { MessageBoxOptions } from 'electron';

const TRY_AGAIN = 0;

/** @param reason Electron's word for how the page's process ended: `crashed`, `oom`. */
export function pageFailureQuestion(reason: string, logFolder: string): MessageBoxOptions {
  return {
    type: 'error',
    title: 'Ticket Workbench',
    message: 'The window can’t be shown.',
    detail:
      `Its process has ended several times (${reason}). Searches keep running until you quit, and ` +
      `then continue at the next start.\n\nThe log is in ${logFolder}`,
    buttons: ['Try again', 'Quit'],
    defaultId: TRY_AGAIN,
    cancelId: TRY_AGAIN,
    noLink: true,
  };
}

/** @param response The number of the button that was pressed. */
export function isTriedAgain(response: number): boolean {
  return response === TRY_AGAIN;
}
