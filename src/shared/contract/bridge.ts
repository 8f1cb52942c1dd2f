/** The two channels between Electron's preload script and its main process. There are no others. */
import type { Request, ToRenderer } from './messages.ts';

export const FROM_WINDOW = 'ticket:from-window';
export const TO_WINDOW = 'ticket:to-window';

/** A new page says hello once, so that it gets no answers to calls of the page before it. */
export type FromWindow = Request | { readonly type: 'hello' };

export type ToWindow =
  | ToRenderer
  /** The workbench can be reached again. */
  | { readonly type: 'connected' }
  | { readonly type: 'lost'; readonly reason: string };
