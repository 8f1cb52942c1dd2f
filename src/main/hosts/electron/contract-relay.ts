/** Passes a window's calls on to the workbench, and answers and events back to the window. */
import { z } from 'zod';
import type { ToWindow } from '../../../shared/contract/bridge.ts';
import type { CallResult } from '../../../shared/contract/calls.ts';
import type { Transport } from '../../../shared/contract/client.ts';
import { requestSchema } from '../../../shared/contract/messages.ts';

const fromWindowSchema = z.union([requestSchema, z.strictObject({ type: z.literal('hello') })]);

/** A window waits for a handful of calls. A page that sends this many without waiting is faulty. */
const MOST_WAITING_CALLS = 512;

export interface RelayOptions {
  readonly transport: Transport;
  /** Why the workbench can't be reached; undefined while it can. */
  lost(): string | undefined;
  send(message: ToWindow): void;
}

export class ContractRelay {
  readonly #options: RelayOptions;
  readonly #unsubscribe: () => void;
  /** Counts pages: answers to calls of the page before a reload are dropped. */
  #page = 0;
  #waitingCalls = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
    const { transport, send } = options;
    this.#unsubscribe = transport.subscribe((event) => {
      if (event.type === 'workbench-lost') send({ type: 'lost', reason: event.reason });
      else if (event.type === 'workbench-restarted') send({ type: 'connected' });
      else send({ type: 'event', event });
    });
  }

  /**
   * Takes a message of the window. The sender has been checked.
   *
   * @returns whether it was one; anything else is dropped. A call is always answered.
   */
  receive(message: unknown): boolean {
    const parsed = fromWindowSchema.safeParse(message);
    if (!parsed.success) return false;
    if (parsed.data.type === 'hello') {
      this.#greet();
      return true;
    }
    const { id, name, input } = parsed.data;
    if (this.#waitingCalls < MOST_WAITING_CALLS) void this.#call(id, name, input);
    else this.#options.send({ type: 'answer', id, result: tooManyCalls(name) });
    return true;
  }

  close(): void {
    this.#unsubscribe();
  }

  #greet(): void {
    this.#page += 1;
    const reason = this.#options.lost();
    if (reason !== undefined) this.#options.send({ type: 'lost', reason });
  }

  async #call(id: number, name: string, input: unknown): Promise<void> {
    const page = this.#page;
    this.#waitingCalls += 1;
    const result = await this.#options.transport.invoke(name, input);
    this.#waitingCalls -= 1;
    if (page === this.#page) this.#options.send({ type: 'answer', id, result });
  }
}

function tooManyCalls(name: string): CallResult<never> {
  return {
    ok: false,
    error: {
      code: 'unavailable',
      message: `the call "${name}" is refused: ${MOST_WAITING_CALLS} calls wait for an answer, which is the most allowed`,
      hint: 'Wait until some of them are answered, then try again.',
    },
  };
}
