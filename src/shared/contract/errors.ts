/** Every way a call can fail, named once. Hosts map these codes to exit codes and messages. */
export const ERROR_CODES = [
  'invalid-settings',
  'invalid-argument',
  'invalid-data',
  'not-found',
  'conflict',
  'invariant-violated',
  'training-diverged',
  'provisioning-failed',
  'store-failed',
  'interrupted',
  /** A message that is not part of this contract: truncated, oversized, or an unknown call. */
  'malformed-message',
  /** The host refuses this sender. */
  'forbidden',
  /** What was asked for is not available now: the connection is down, or the host can't do it. */
  'unavailable',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * The only error type that crosses a boundary. `message` names the thing, the place and what was
 * expected. `hint` says what to do.
 */
export class WorkbenchError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  /** Whether the same may succeed later, once what is in the way now has ended or was undone. */
  readonly isTemporary: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    hint?: string,
    options?: ErrorOptions & { readonly isTemporary?: boolean },
  ) {
    super(message, options);
    this.name = 'WorkbenchError';
    this.code = code;
    this.hint = hint;
    this.isTemporary = options?.isTemporary ?? false;
  }
}

/** What is wrong with one setting. */
export interface SettingsProblem {
  /** `training.batchSize`; empty if the problem concerns no single setting. */
  readonly path: string;
  /** A sentence with the path, the value and what is allowed. */
  readonly message: string;
}

/** Invalid settings, with every problem found. */
export class SettingsError extends WorkbenchError {
  readonly problems: readonly SettingsProblem[];

  constructor(problems: readonly SettingsProblem[], hint?: string) {
    super('invalid-settings', problems.map(({ message }) => message).join('\n'), hint);
    this.problems = problems;
  }
}

/** The plain form of an error, for other threads, other processes and the store. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  /** Missing: no. */
  readonly isTemporary?: true;
}

export function reportOf(error: unknown): ErrorReport {
  if (error instanceof WorkbenchError) {
    const { code, message, hint, isTemporary } = error;
    return {
      code,
      message,
      ...(hint !== undefined && { hint }),
      ...(isTemporary && { isTemporary }),
    };
  }
  return { code: 'internal', message: messageOf(error) };
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function errorFrom({ code, message, hint, isTemporary }: ErrorReport): WorkbenchError {
  return new WorkbenchError(code, message, hint, { isTemporary: isTemporary ?? false });
}
