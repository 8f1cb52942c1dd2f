/** What passes between Electron's preload script and its main process: two channels, no others. */
import type { Request, ToRenderer } from './messages.ts';

export const FROM_WINDOW = 'ticket:from-window';
export const TO_WINDOW = 'ticket:to-window';

/** A page says hello once, when it is new: answers to calls of the page before it are not its own. */
export type FromWindow = Request | { readonly type: 'hello' };

export type ToWindow =
  | ToRenderer
  /** The workbench can be reached again. */
  | { readonly type: 'connected' }
  | { readonly type: 'lost'; readonly reason: string };
