/** The two channels between Electron's preload script and its main process. There are no others. */
import type { CallResult } from './calls.ts';
import type { Transport } from './client.ts';
import type { Request, ToRenderer } from './messages.ts';

export const FROM_WINDOW = 'ticket:from-window';
export const TO_WINDOW = 'ticket:to-window';

/** What the preload script shows the page. */
export interface Bridge extends Transport {
  /**
   * `bundle.merge` for a file that was chosen in the window or dropped on it. The page does not learn its
   * path.
   *
   * @param file a `File`.
   * @param task the id of this merge.
   */
  mergeFile(file: object, task: string): Promise<CallResult<unknown>>;
}

/** The call that the bridge does not pass on from the page: it names a path, which only the user may do. */
export const MERGE_BUNDLE = 'bundle.merge';

/** A new page says hello once, so that it gets no answers to calls of the page before it. */
export type FromWindow = Request | { readonly type: 'hello' };

export type ToWindow =
  | ToRenderer
  /** The workbench can be reached again. */
  | { readonly type: 'connected' }
  | { readonly type: 'lost'; readonly reason: string };
