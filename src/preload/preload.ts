/**
 * The bridge between the window and the main process: `window.ticketBridge`, which is the
 * contract's transport and nothing else. No channel name, event object or Electron function reaches
 * the page.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import {
  type Bridge,
  FROM_WINDOW,
  type FromWindow,
  MERGE_BUNDLE,
  TO_WINDOW,
} from '../shared/contract/bridge.ts';
import type { CallResult } from '../shared/contract/calls.ts';
import { createMessageTransport } from '../shared/contract/message-transport.ts';

/** The names of the contract's calls, inserted by the build. Their schemas are not needed here. */
declare const __CALL_NAMES__: readonly string[];

/** Whether it is built for an Electron before 29, as the tests have, which keeps paths at the files. */
declare const __FILES_HAVE_PATHS__: boolean;

const callNames: ReadonlySet<string> = new Set(
  __CALL_NAMES__.filter((name) => name !== MERGE_BUNDLE),
);
const transport = createMessageTransport();

const send = (message: FromWindow): void => {
  ipcRenderer.send(FROM_WINDOW, message);
};

ipcRenderer.on(TO_WINDOW, (_event, message: unknown) => {
  if (isLost(message)) transport.disconnect(message.reason);
  else if (isConnected(message)) transport.connect(send);
  else transport.receive(message);
});
send({ type: 'hello' });
transport.connect(send);

const bridge: Bridge = {
  invoke: (name, input) =>
    callNames.has(name) ? transport.invoke(name, input) : Promise.resolve(unknownCall(name)),
  subscribe: (listener) => transport.subscribe(listener),
  mergeFile: (file, task) => {
    const path = pathOf(file);
    return path === '' ? Promise.resolve(NO_PATH) : transport.invoke(MERGE_BUNDLE, { path, task });
  },
};
contextBridge.exposeInMainWorld('ticketBridge', bridge);

const NO_PATH: CallResult<never> = {
  ok: false,
  error: {
    code: 'invalid-argument',
    message: 'this is no file of this machine',
    hint: 'Save it first, then drop it again or choose it with “Merge bundles…” in the history.',
  },
};

/** Empty for anything but a file that the user has dropped or chosen. */
function pathOf(file: object): string {
  if (__FILES_HAVE_PATHS__) {
    return file instanceof File && 'path' in file ? String(file.path) : '';
  }
  try {
    return webUtils.getPathForFile(file as File);
  } catch {
    // It is no file.
    return '';
  }
}

function unknownCall(name: string): CallResult<never> {
  return {
    ok: false,
    error: { code: 'malformed-message', message: `there is no call "${name.slice(0, 100)}"` },
  };
}

/** The main process comes from the same build, so a message with this type has this shape. */
function isLost(message: unknown): message is { readonly reason: string } {
  return typeOf(message) === 'lost';
}

function isConnected(message: unknown): boolean {
  return typeOf(message) === 'connected';
}

function typeOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'type' in message
    ? message.type
    : undefined;
}
