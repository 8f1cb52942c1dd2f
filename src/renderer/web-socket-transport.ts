/** Carries the contract over a WebSocket to the browser host. Reconnects until it succeeds. */
import type { Transport } from '../shared/contract/client.ts';
import { createMessageTransport } from '../shared/contract/message-transport.ts';
import { ANSWER_LIMITS, decodeFrame, encodeFrame } from '../shared/contract/wire.ts';
import { WindowKey } from './window-key.ts';

const FIRST_RETRY_MILLISECONDS = 250;
const LONGEST_RETRY_MILLISECONDS = 5000;

export function connectWebSocket(address: string): Transport {
  const transport = createMessageTransport();
  const windowKey = new WindowKey();
  let retryMilliseconds = FIRST_RETRY_MILLISECONDS;

  const connect = (): void => {
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      retryMilliseconds = FIRST_RETRY_MILLISECONDS;
      transport.connect((request) => {
        socket.send(encodeFrame(request));
      });
      // The window also works without a registered key. The next connection tries again.
      void windowKey.register().catch(() => undefined);
    });
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (!(data instanceof ArrayBuffer)) return;
      transport.receive(decodeFrame(new Uint8Array(data), ANSWER_LIMITS));
    });
    // An error is always followed by a close.
    socket.addEventListener('close', () => {
      transport.disconnect('the connection was lost');
      retryLater();
    });
  };
  const retryLater = (): void => {
    setTimeout(() => void retry(), retryMilliseconds);
    retryMilliseconds = Math.min(retryMilliseconds * 2, LONGEST_RETRY_MILLISECONDS);
  };
  const retry = async (): Promise<void> => {
    const outcome = await windowKey.resume();
    if (outcome === 'resumed') {
      connect();
      return;
    }
    if (outcome === 'refused') {
      transport.disconnect(
        'it has restarted and no longer knows this window: open the address that it printed',
      );
    }
    retryLater();
  };

  connect();
  return transport;
}
