/** Files that are dropped on the window. Only Electron tells the workbench where they are. */
import type { CallValue } from '../../../shared/contract/calls.ts';
import { errorFrom } from '../../../shared/contract/errors.ts';

/** False in a browser, which tells nobody where a file is. */
export const canMergeDropped = (): boolean => window.ticketBridge !== undefined;

/** @throws WorkbenchError as `bundle.mergeDropped`. */
export async function mergeDropped(file: File): Promise<CallValue<'bundle.mergeDropped'>> {
  if (!window.ticketBridge) throw new Error('a browser does not tell where a file is');
  const result = await window.ticketBridge.mergeDropped(file);
  if (!result.ok) throw errorFrom(result.error);
  // The handler of this call returned this type.
  return result.value as CallValue<'bundle.mergeDropped'>;
}
