/** One window's connection: frames in, answers and events out. */
import type { RawData, WebSocket } from 'ws';
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { WorkbenchEvent } from '../../../shared/contract/events.ts';
import type { ToRenderer } from '../../../shared/contract/messages.ts';
import { decodeFrame, encodeFrame, REQUEST_LIMITS } from '../../../shared/contract/wire.ts';
import type { Answer, Sender } from '../../workbench/handlers/answer.ts';

/** What the host needs of the workbench. */
export interface Service {
  /** @throws WorkbenchError `malformed-message` for what is not a call. */
  answer(sender: Sender, message: unknown): Promise<Answer>;
  /** @returns how to unsubscribe. */
  subscribe(listener: (event: WorkbenchEvent) => void): () => void;
}

/** Close codes of RFC 6455, section 7.4.1. */
const CLOSE_NOT_BINARY = 1003;
const CLOSE_MALFORMED = 1007;
const CLOSE_TOO_MUCH = 1008;

/** A window has a handful of calls under way; a page that does not wait for answers is no window. */
const CALLS_UNDER_WAY = 512;

/** What a window that no longer reads may leave unread before its connection is cut. */
const UNREAD_BYTES = 256 * 1024 * 1024;

export function serveSocket(socket: WebSocket, sender: Sender, service: Service): void {
  let underWay = 0;
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
    if (underWay >= CALLS_UNDER_WAY) {
      close(socket, CLOSE_TOO_MUCH, `at most ${CALLS_UNDER_WAY} calls may be under way`);
      return;
    }
    underWay += 1;
    answer(data)
      .catch((error: unknown) => {
        const reason = error instanceof WorkbenchError ? error.message : 'the workbench failed';
        close(socket, CLOSE_MALFORMED, reason);
      })
      .finally(() => {
        underWay -= 1;
      });
  });
  // What ws finds wrong with a frame itself, its size included; it closes the connection.
  socket.on('error', () => undefined);
  socket.on(
    'close',
    service.subscribe((event) => {
      send({ type: 'event', event });
    }),
  );
}

/** A reason has at most 123 bytes; the messages that come here are ASCII but for quoted input. */
function close(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason.replace(/[^ -~]/g, '?').slice(0, 123));
}
