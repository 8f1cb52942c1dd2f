/** What passes between Electron's main process and the workbench in its own process. */
import type { ErrorReport } from '../../../shared/contract/errors.ts';
import { isPlainObject } from '../../../shared/contract/json.ts';
import type { Request, ToRenderer } from '../../../shared/contract/messages.ts';

export type ToWorkbench =
  | Request
  /** The path the user chose in a dialog; undefined if it was cancelled. */
  | { readonly type: 'path-chosen'; readonly id: number; readonly path: string | undefined }
  /** Stop what runs, so that it goes on at the next start, and end. */
  | { readonly type: 'close' };

/** A native dialog, which only the main process can open. */
export type PathQuestion =
  | { readonly kind: 'file' | 'folder'; readonly title: string }
  | { readonly kind: 'save'; readonly name: string };

export type FromWorkbench =
  | ToRenderer
  | { readonly type: 'ready'; readonly dataDirectory: string }
  | { readonly type: 'choose-path'; readonly id: number; readonly question: PathQuestion }
  /** It can't open its data directory, and ends. */
  | { readonly type: 'failed'; readonly error: ErrorReport }
  /** Something went wrong that no caller is told of. */
  | { readonly type: 'fault'; readonly message: string };

const FROM_WORKBENCH: readonly FromWorkbench['type'][] = [
  'answer',
  'event',
  'ready',
  'choose-path',
  'failed',
  'fault',
];

/** Both processes are of one build: what bears the name of a message has its shape. */
export function isFromWorkbench(message: unknown): message is FromWorkbench {
  return isPlainObject(message) && FROM_WORKBENCH.some((type) => type === message['type']);
}
