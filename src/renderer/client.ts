/** Connects the window to its workbench, through Electron's bridge or else through a WebSocket. */
import type { Bridge } from '../shared/contract/bridge.ts';
import { type Client, createClient } from '../shared/contract/client.ts';
import { connectWebSocket } from './web-socket-transport.ts';

declare global {
  interface Window {
    /** Set by the preload script. The window sees nothing else of Electron. */
    readonly ticketBridge?: Bridge;
  }
}

export function connectWorkbench(): Client {
  return createClient(window.ticketBridge ?? connectWebSocket(contractAddress()));
}

function contractAddress(): string {
  const { protocol, host } = window.location;
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/contract`;
}
