/** The contract over a WebSocket to the browser host, which connects again for as long as it takes. */
import type { Transport } from '../shared/contract/client.ts';
import { createMessageTransport } from '../shared/contract/message-transport.ts';
import { ANSWER_LIMITS, decodeFrame, encodeFrame } from '../shared/contract/wire.ts';

const FIRST_RETRY_MILLISECONDS = 250;
const LONGEST_RETRY_MILLISECONDS = 5000;

export function connectWebSocket(address: string): Transport {
  const transport = createMessageTransport();
  let retryMilliseconds = FIRST_RETRY_MILLISECONDS;

  const connect = (): void => {
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      retryMilliseconds = FIRST_RETRY_MILLISECONDS;
      transport.connect((request) => {
        socket.send(encodeFrame(request));
      });
    });
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (!(data instanceof ArrayBuffer)) return;
      transport.receive(decodeFrame(new Uint8Array(data), ANSWER_LIMITS));
    });
    // An error is always followed by a close.
    socket.addEventListener('close', () => {
      transport.disconnect('the connection to the workbench is lost');
      setTimeout(connect, retryMilliseconds);
      retryMilliseconds = Math.min(retryMilliseconds * 2, LONGEST_RETRY_MILLISECONDS);
    });
  };

  connect();
  return transport;
}
