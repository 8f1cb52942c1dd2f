import type { CallArguments, CallName, CallValue } from '../../../shared/contract/calls.ts';

/** What answers one call. It throws a `WorkbenchError` for what the caller can be told. */
export type Handler<Name extends CallName> = (
  input: CallArguments<Name>,
) => CallValue<Name> | Promise<CallValue<Name>>;

/** One handler for every call of the contract: a missing one does not compile. */
export type Handlers = { readonly [Name in CallName]: Handler<Name> };

/** The handlers of one subject, as each file of this folder gives them. */
export type HandlersOf<Names extends CallName> = Pick<Handlers, Names>;
