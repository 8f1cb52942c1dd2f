/** Asks whether plug-ins may be loaded from the next start on. Only the user can say so, not the page. */
import type { MessageBoxOptions } from 'electron';

const TURN_ON = 0;
const CANCEL = 1;

/** @param folder The one folder that plug-ins are loaded from. */
export function plugInQuestion(folder: string): MessageBoxOptions {
  return {
    type: 'warning',
    title: 'Ticket Workbench',
    message: 'Load plug-ins when Ticket Workbench starts?',
    detail:
      'Plug-ins are programs. They run with your rights: they can read and delete your files and use ' +
      'the network. Put only plug-ins into the folder that you have read or whose author you trust.' +
      `\n\n${folder}`,
    buttons: ['Turn on', 'Cancel'],
    defaultId: CANCEL,
    cancelId: CANCEL,
    noLink: true,
  };
}

/** @param response The number of the button that was pressed. */
export function isTurnedOn(response: number): boolean {
  return response === TURN_ON;
}
