/**
 * The bridge between the window and the main process: `window.ticketBridge`, which is the
 * contract's transport and nothing else. No channel name, event object or Electron function reaches
 * the page.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { FROM_WINDOW, type FromWindow, TO_WINDOW } from '../shared/contract/bridge.ts';
import type { CallResult } from '../shared/contract/calls.ts';
import type { Transport } from '../shared/contract/client.ts';
import { createMessageTransport } from '../shared/contract/message-transport.ts';

/** The names of the contract's calls, inserted by the build. Their schemas are not needed here. */
declare const __CALL_NAMES__: readonly string[];

const callNames: ReadonlySet<string> = new Set(__CALL_NAMES__);
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

const bridge: Transport = {
  invoke: (name, input) =>
    callNames.has(name) ? transport.invoke(name, input) : Promise.resolve(unknownCall(name)),
  subscribe: (listener) => transport.subscribe(listener),
};
contextBridge.exposeInMainWorld('ticketBridge', bridge);

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
