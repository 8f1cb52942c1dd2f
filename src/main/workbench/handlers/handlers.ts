import type { CallArguments, CallName, CallValue } from '../../../shared/contract/calls.ts';

/** Answers one call. Errors that the caller may see are thrown as `WorkbenchError`. */
export type Handler<Name extends CallName> = (
  input: CallArguments<Name>,
) => CallValue<Name> | Promise<CallValue<Name>>;

/** One handler for every call of the contract. A missing one does not compile. */
export type Handlers = { readonly [Name in CallName]: Handler<Name> };

/** The handlers of one subject; each file of this folder has one such set. */
export type HandlersOf<Names extends CallName> = Pick<Handlers, Names>;
