/** The renderer's side of the contract: typed calls and events over any transport. */
import type { CallInput, CallName, CallResult, CallValue } from './calls.ts';
import { errorFrom } from './errors.ts';
import type { EventOf, EventType, WorkbenchEvent } from './events.ts';

/** What carries messages: a MessagePort behind the preload bridge, a WebSocket, a direct call. */
export interface Transport {
  /** Never rejects: a failed connection gives an `unavailable` result. */
  invoke(name: string, input: unknown): Promise<CallResult<unknown>>;
  /** @returns a function that unsubscribes. */
  subscribe(listener: (event: WorkbenchEvent) => void): () => void;
}

/** The input may be omitted if nothing in it is required. */
type CallParameters<Name extends CallName> =
  RequiresNothing<CallInput<Name>> extends true
    ? [name: Name, input?: CallInput<Name>]
    : [name: Name, input: CallInput<Name>];

type RequiresNothing<Input> =
  Input extends Record<string, never> ? true : Partial<Input> extends Input ? true : false;

export interface Client {
  /** @throws WorkbenchError that the handler threw; `unavailable` if the workbench can't be reached. */
  call<Name extends CallName>(...parameters: CallParameters<Name>): Promise<CallValue<Name>>;
  /** @returns a function that unsubscribes. */
  onEvent(listener: (event: WorkbenchEvent) => void): () => void;
  /** Events of one type only. */
  on<Type extends EventType>(type: Type, listener: (event: EventOf<Type>) => void): () => void;
}

export function createClient(transport: Transport): Client {
  const onEvent = (listener: (event: WorkbenchEvent) => void) => transport.subscribe(listener);
  return {
    async call<Name extends CallName>(...[name, input]: CallParameters<Name>) {
      const result = await transport.invoke(name, input ?? {});
      if (!result.ok) throw errorFrom(result.error);
      // Both sides are built from one contract: the handler of this name returned this type.
      return result.value as CallValue<Name>;
    },
    onEvent,
    on: (type, listener) =>
      onEvent((event) => {
        if (isOfType(event, type)) listener(event);
      }),
  };
}

function isOfType<Type extends EventType>(
  event: WorkbenchEvent,
  type: Type,
): event is EventOf<Type> {
  return event.type === type;
}
