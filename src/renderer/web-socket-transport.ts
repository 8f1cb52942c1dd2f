/** The contract over a WebSocket to the browser host, which connects again for as long as it takes. */
import type { Transport } from '../shared/contract/client.ts';
import { createMessageTransport } from '../shared/contract/message-transport.ts';
import { ANSWER_LIMITS, decodeFrame, encodeFrame } from '../shared/contract/wire.ts';
import { DoorKey } from './door-key.ts';

const FIRST_RETRY_MILLISECONDS = 250;
const LONGEST_RETRY_MILLISECONDS = 5000;

export function connectWebSocket(address: string): Transport {
  const transport = createMessageTransport();
  const doorKey = new DoorKey();
  let retryMilliseconds = FIRST_RETRY_MILLISECONDS;

  const connect = (): void => {
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      retryMilliseconds = FIRST_RETRY_MILLISECONDS;
      transport.connect((request) => {
        socket.send(encodeFrame(request));
      });
      // What fails here is a convenience, and is tried again with the next connection.
      void doorKey.register().catch(() => undefined);
    });
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (!(data instanceof ArrayBuffer)) return;
      transport.receive(decodeFrame(new Uint8Array(data), ANSWER_LIMITS));
    });
    // An error is always followed by a close.
    socket.addEventListener('close', () => {
      transport.disconnect('the connection to it is lost');
      retryLater();
    });
  };
  const retryLater = (): void => {
    setTimeout(() => void retry(), retryMilliseconds);
    retryMilliseconds = Math.min(retryMilliseconds * 2, LONGEST_RETRY_MILLISECONDS);
  };
  const retry = async (): Promise<void> => {
    const answer = await doorKey.knock();
    if (answer === 'let-in') {
      connect();
      return;
    }
    if (answer === 'refused') {
      transport.disconnect(
        'it was started anew and does not know this window: open the address that it has printed',
      );
    }
    retryLater();
  };

  connect();
  return transport;
}
