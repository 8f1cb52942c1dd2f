import type { z } from 'zod';
import {
  type CallName,
  CALLS,
  type CallResult,
  isCallName,
} from '../../../shared/contract/calls.ts';
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { requestSchema, type ToRenderer } from '../../../shared/contract/messages.ts';
import type { Handlers } from './handlers.ts';

/** The sender of a message, as the host knows it. */
export interface Sender {
  /** Asked for every message, because a session can end or a window can navigate away. */
  isTrusted(): boolean;
}

export type Answer = Extract<ToRenderer, { readonly type: 'answer' }>;

export interface AnswerOptions {
  /** Why no call can be answered now; undefined if they can. */
  unavailable?(): WorkbenchError | undefined;
  /** Called with errors that are the workbench's fault, not the caller's. */
  onInternalError(name: CallName, error: unknown): void;
}

/**
 * The only entrance to the handlers: every message of every host passes through here. It never
 * rejects for an error that a handler throws; that error becomes the answer.
 *
 * @throws WorkbenchError `malformed-message` for a message that is not a request, and so has no id
 *   to answer to.
 */
export function createAnswerer(handlers: Handlers, options: AnswerOptions) {
  return async (sender: Sender, message: unknown): Promise<Answer> => {
    const parsed = requestSchema.safeParse(message);
    if (!parsed.success) {
      throw new WorkbenchError(
        'malformed-message',
        `a message is not a call: ${describe(parsed.error.issues)}`,
        'Reload the window; if that does not help, window and workbench have different versions.',
      );
    }
    const { id, name, input } = parsed.data;
    const result = await resultOf(sender, name, input);
    return { type: 'answer', id, result };
  };

  async function resultOf(
    sender: Sender,
    name: string,
    input: unknown,
  ): Promise<CallResult<unknown>> {
    try {
      if (!sender.isTrusted()) {
        throw new WorkbenchError(
          'forbidden',
          `the call ${name} came from a sender that is not trusted`,
          'Open the address that the workbench has printed.',
        );
      }
      if (!isCallName(name)) {
        throw new WorkbenchError('malformed-message', `there is no call "${name}"`);
      }
      const unavailable = options.unavailable?.();
      if (unavailable) throw unavailable;
      return { ok: true, value: await invoke(name, input) };
    } catch (error) {
      if (!(error instanceof WorkbenchError) && isCallName(name)) {
        options.onInternalError(name, error);
      }
      return { ok: false, error: reportOf(error) };
    }
  }

  async function invoke(name: CallName, input: unknown): Promise<unknown> {
    const schema: z.ZodType = CALLS[name].input;
    const parsed = schema.safeParse(input);
    if (!parsed.success) {
      throw new WorkbenchError('invalid-argument', `${name}: ${describe(parsed.error.issues)}`);
    }
    // The handler's input type is inferred from the schema that the input has just passed.
    const handler = handlers[name] as (input: unknown) => unknown;
    return handler(parsed.data);
  }
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The first few are enough. A list of ten thousand bad ids would help nobody. */
const ISSUES_SHOWN = 3;

function describe(issues: readonly Issue[]): string {
  const shown = issues
    .slice(0, ISSUES_SHOWN)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
  const more = issues.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
