/** A transport over anything that carries messages: matches answers to calls and passes events on. */
import type { CallResult } from './calls.ts';
import type { Transport } from './client.ts';
import { EVENT_TYPES, type WorkbenchEvent } from './events.ts';
import { isPlainObject } from './json.ts';
import type { Request } from './messages.ts';

export interface MessageTransport extends Transport {
  /** Call when a connection is established. Calls made before the first one are sent now. */
  connect(send: (request: Request) => void): void;
  /** Call with every message received. Anything that is not a `ToRenderer` is ignored. */
  receive(message: unknown): void;
  /**
   * Call when the connection is lost. Pending calls and later ones fail as `unavailable`. A second call
   * with another reason also reports that reason.
   */
  disconnect(reason: string): void;
}

type State =
  | { readonly type: 'waiting' }
  | { readonly type: 'connected'; readonly send: (request: Request) => void }
  | { readonly type: 'lost'; readonly reason: string };

export function createMessageTransport(): MessageTransport {
  let state: State = { type: 'waiting' };
  let lastId = 0;
  const pending = new Map<number, (result: CallResult<unknown>) => void>();
  const unsent: Request[] = [];
  const listeners = new Set<(event: WorkbenchEvent) => void>();

  const emit = (event: WorkbenchEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const settle = (id: number, result: CallResult<unknown>): void => {
    const resolve = pending.get(id);
    pending.delete(id);
    resolve?.(result);
  };

  return {
    invoke: (name, input) => {
      if (state.type === 'lost') return Promise.resolve(unavailable(state.reason));
      lastId += 1;
      const request: Request = { type: 'call', id: lastId, name, input };
      const answered = new Promise<CallResult<unknown>>((resolve) => {
        pending.set(request.id, resolve);
      });
      if (state.type === 'connected') state.send(request);
      else unsent.push(request);
      return answered;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    connect: (send) => {
      const wasLost = state.type === 'lost';
      state = { type: 'connected', send };
      for (const request of unsent.splice(0)) send(request);
      if (wasLost) emit({ type: 'workbench-restarted' });
    },
    receive: (message) => {
      if (!isPlainObject(message)) return;
      const { type, id, result, event } = message;
      if (type === 'answer' && typeof id === 'number' && isResult(result)) settle(id, result);
      if (type === 'event' && isEvent(event)) emit(event);
    },
    disconnect: (reason) => {
      if (state.type === 'lost' && state.reason === reason) return;
      state = { type: 'lost', reason };
      unsent.length = 0;
      for (const id of [...pending.keys()]) settle(id, unavailable(reason));
      emit({ type: 'workbench-lost', reason });
    },
  };
}

function unavailable(reason: string): CallResult<never> {
  const hint = 'Wait until the workbench is back, then try again.';
  return { ok: false, error: { code: 'unavailable', message: reason, hint } };
}

/** Both sides come from one build, so a message labelled as an answer or event has its shape. */
function isResult(value: unknown): value is CallResult<unknown> {
  return isPlainObject(value) && typeof value['ok'] === 'boolean';
}

function isEvent(value: unknown): value is WorkbenchEvent {
  return isPlainObject(value) && EVENT_TYPES.some((type) => type === value['type']);
}
