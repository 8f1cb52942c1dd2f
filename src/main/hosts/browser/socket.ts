/** The connection of one window: frames come in, answers and events go out. */
import type { RawData, WebSocket } from 'ws';
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { WorkbenchEvent } from '../../../shared/contract/events.ts';
import type { ToRenderer } from '../../../shared/contract/messages.ts';
import { decodeFrame, encodeFrame, REQUEST_LIMITS } from '../../../shared/contract/wire.ts';
import type { Answer, Sender } from '../../workbench/handlers/answer.ts';

/** The part of the workbench that the host needs. */
export interface Service {
  /** @throws WorkbenchError `malformed-message` if the message is not a call. */
  answer(sender: Sender, message: unknown): Promise<Answer>;
  /** @returns a function that unsubscribes. */
  subscribe(listener: (event: WorkbenchEvent) => void): () => void;
}

/** Close codes of RFC 6455, section 7.4.1. */
const CLOSE_NOT_BINARY = 1003;
const CLOSE_MALFORMED = 1007;
const CLOSE_TOO_MUCH = 1008;

/** A window has a handful of pending calls. A page with more than this is not our window. */
const MOST_PENDING_CALLS = 512;

/** The connection is cut if this much is unread: the window no longer reads. */
const UNREAD_BYTES = 256 * 1024 * 1024;

export function serveSocket(socket: WebSocket, sender: Sender, service: Service): void {
  let pendingCalls = 0;
  socket.binaryType = 'arraybuffer';

  const send = (message: ToRenderer): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > UNREAD_BYTES) {
      socket.terminate();
      return;
    }
    socket.send(encodeFrame(message));
  };
  const answer = async (data: ArrayBuffer): Promise<void> => {
    const message = decodeFrame(new Uint8Array(data), REQUEST_LIMITS);
    const answered = await service.answer(sender, message);
    try {
      send(answered);
    } catch (error) {
      send({ ...answered, result: { ok: false, error: reportOf(error) } });
    }
  };

  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (!isBinary || !(data instanceof ArrayBuffer)) {
      close(socket, CLOSE_NOT_BINARY, 'messages are binary frames');
      return;
    }
    if (pendingCalls >= MOST_PENDING_CALLS) {
      close(socket, CLOSE_TOO_MUCH, `at most ${MOST_PENDING_CALLS} calls may be pending`);
      return;
    }
    pendingCalls += 1;
    answer(data)
      .catch((error: unknown) => {
        const reason = error instanceof WorkbenchError ? error.message : 'the workbench failed';
        close(socket, CLOSE_MALFORMED, reason);
      })
      .finally(() => {
        pendingCalls -= 1;
      });
  });
  // ws reports malformed or oversized frames here, and closes the connection itself.
  socket.on('error', () => undefined);
  socket.on(
    'close',
    service.subscribe((event) => {
      send({ type: 'event', event });
    }),
  );
}

/** A close reason has at most 123 bytes. Our messages are ASCII, except for quoted input. */
function close(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason.replace(/[^ -~]/g, '?').slice(0, 123));
}
