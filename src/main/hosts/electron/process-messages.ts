/** The messages between Electron's main process and the workbench's process. */
import type { ErrorReport } from '../../../shared/contract/errors.ts';
import { isPlainObject } from '../../../shared/contract/json.ts';
import type { Request, ToRenderer } from '../../../shared/contract/messages.ts';

/** In the environment of the workbench's process: the versions of what shows its window. */
export const ELECTRON_VERSION_VARIABLE = 'TICKET_ELECTRON_VERSION';
export const CHROMIUM_VERSION_VARIABLE = 'TICKET_CHROMIUM_VERSION';

/** Set in its environment where the command `ticket` can be installed. */
export const CAN_INSTALL_COMMAND_VARIABLE = 'TICKET_CAN_INSTALL_COMMAND';

export type ToWorkbench =
  | Request
  /** The path the user chose in a dialog; undefined if it was cancelled. */
  | { readonly type: 'path-chosen'; readonly id: number; readonly path: string | undefined }
  /** What the user answered to `confirm-plug-ins`. */
  | { readonly type: 'plug-ins-confirmed'; readonly id: number; readonly isConfirmed: boolean }
  /** Stop running searches so that they continue at the next start, then exit. */
  | { readonly type: 'close' };

/** A request for a native dialog, which only the main process can open. */
export type PathQuestion =
  | { readonly kind: 'file' | 'folder'; readonly title: string }
  | { readonly kind: 'save'; readonly name: string };

export type FromWorkbench =
  | ToRenderer
  | { readonly type: 'ready'; readonly dataDirectory: string }
  | { readonly type: 'choose-path'; readonly id: number; readonly question: PathQuestion }
  /** Asks the user whether plug-ins of this folder may be loaded from the next start on. */
  | { readonly type: 'confirm-plug-ins'; readonly id: number; readonly folder: string }
  | { readonly type: 'open-folder'; readonly folder: string }
  /** As the item of the menu. The main process tells the user what came of it. */
  | { readonly type: 'install-command' }
  /** The workbench can't open its data directory, and exits. */
  | { readonly type: 'failed'; readonly error: ErrorReport }
  /** An error that no caller can be told of. */
  | { readonly type: 'fault'; readonly message: string };

const FROM_WORKBENCH: readonly FromWorkbench['type'][] = [
  'answer',
  'event',
  'ready',
  'choose-path',
  'confirm-plug-ins',
  'open-folder',
  'install-command',
  'failed',
  'fault',
];

/** Both processes come from one build, so a message with a known type has its shape. */
export function isFromWorkbench(message: unknown): message is FromWorkbench {
  return isPlainObject(message) && FROM_WORKBENCH.some((type) => type === message['type']);
}
