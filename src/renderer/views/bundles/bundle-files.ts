/** Bundles that travel between this window and the workbench. */
import type { CallInput, CallValue } from '../../../shared/contract/calls.ts';
import type { Client } from '../../../shared/contract/client.ts';
import { errorFrom, WorkbenchError } from '../../../shared/contract/errors.ts';
import {
  type BundleDownload,
  type MergedBundle,
  TRANSFER_PART_BYTES,
} from '../../../shared/contract/records/bundles.ts';

/** What a transfer tells, and what ends it. */
export interface TransferOptions {
  readonly signal: AbortSignal;
  /** 0..1 */
  onFraction(fraction: number): void;
}

/**
 * Merges a file that the user has chosen or dropped. Electron tells the workbench where it is; a browser
 * sends it.
 *
 * @throws WorkbenchError as `bundle.merge`; `interrupted` if it was stopped.
 */
export async function mergeFile(
  client: Client,
  file: File,
  options: TransferOptions,
): Promise<MergedBundle> {
  if (!window.ticketBridge) return upload(client, file, options);
  const result = await window.ticketBridge.mergeFile(file);
  if (!result.ok) throw errorFrom(result.error);
  // The handler of this call returned this type.
  return result.value as CallValue<'bundle.merge'>;
}

async function upload(
  client: Client,
  file: File,
  { signal, onFraction }: TransferOptions,
): Promise<MergedBundle> {
  if (file.size === 0) throw new WorkbenchError('invalid-data', `${file.name} is empty`);
  const { transfer } = await client.call('bundle.beginUpload', { bytes: file.size });
  try {
    for (let sent = 0; sent < file.size; sent += TRANSFER_PART_BYTES) {
      throwIfStopped(signal);
      onFraction(sent / file.size);
      const part = await file.slice(sent, sent + TRANSFER_PART_BYTES).arrayBuffer();
      await client.call('bundle.addToUpload', { transfer, part: new Uint8Array(part) });
    }
    throwIfStopped(signal);
    return await client.call('bundle.mergeUpload', { transfer, name: file.name });
  } catch (error) {
    await client.call('bundle.endTransfer', { transfer }).catch(() => undefined);
    throw error;
  }
}

/**
 * Writes searches as a bundle, and fetches it.
 *
 * @throws WorkbenchError as `bundle.beginDownload`; `interrupted` if it was stopped.
 */
export async function fetchBundle(
  client: Client,
  input: CallInput<'bundle.beginDownload'>,
  { signal, onFraction }: TransferOptions,
): Promise<BundleDownload & { readonly content: Blob }> {
  const bundle = await client.call('bundle.beginDownload', input);
  const { transfer, bytes } = bundle;
  try {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for (let offset = 0; offset < bytes; offset += TRANSFER_PART_BYTES) {
      throwIfStopped(signal);
      onFraction(offset / bytes);
      parts.push(await client.call('bundle.readDownload', { transfer, offset }));
    }
    return { ...bundle, content: new Blob(parts, { type: 'application/zip' }) };
  } finally {
    await client.call('bundle.endTransfer', { transfer }).catch(() => undefined);
  }
}

function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new WorkbenchError('interrupted', 'it was stopped');
}
