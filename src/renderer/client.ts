/** How this window reaches its workbench: Electron's bridge where there is one, else a WebSocket. */
import { type Client, createClient, type Transport } from '../shared/contract/client.ts';
import { connectWebSocket } from './web-socket-transport.ts';

declare global {
  interface Window {
    /** The preload script's; nothing else of Electron reaches the window. */
    readonly ticketBridge?: Transport;
  }
}

export function connectWorkbench(): Client {
  return createClient(window.ticketBridge ?? connectWebSocket(contractAddress()));
}

function contractAddress(): string {
  const { protocol, host } = window.location;
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/contract`;
}
