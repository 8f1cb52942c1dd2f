/**
 * Something is missing or failed before the program itself could start. `message` names the thing and
 * `hint` says how to get it.
 *
 * The program's own error type can't be used here: this code also runs on a Node that can't load
 * TypeScript.
 */
export class ProvisioningError extends Error {
  /**
   * @param {string} message
   * @param {string} hint
   * @param {ErrorOptions} [options]
   */
  constructor(message, hint, options) {
    super(message, options);
    this.name = 'ProvisioningError';
    /** @readonly */
    this.hint = hint;
  }
}

/**
 * The `code` of an operating-system error, such as `ENOSPC`.
 *
 * @param {unknown} error
 * @returns {string | undefined}
 */
export function systemCode(error) {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * @param {unknown} error
 * @returns {string}
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
