/** Bundles that travel between this window and the workbench. */
import type { CallInput, CallValue } from '../../../shared/contract/calls.ts';
import type { Client } from '../../../shared/contract/client.ts';
import { errorFrom, WorkbenchError } from '../../../shared/contract/errors.ts';
import {
  type BundleDownload,
  type MergedBundle,
  TRANSFER_PART_BYTES,
} from '../../../shared/contract/records/bundles.ts';
import type { BundleWork } from './bundle-task.svelte.ts';

/** So much of a download is in the memory of the page; a browser keeps large blobs on the disk. */
const PARTS_IN_MEMORY = 16;

/**
 * Merges a file that the user has chosen or dropped. Electron tells the workbench where it is; a browser
 * sends it.
 *
 * @throws WorkbenchError as `bundle.merge`; `interrupted` if it was stopped.
 */
export async function mergeFile(
  client: Client,
  file: File,
  work: BundleWork,
): Promise<MergedBundle> {
  if (!window.ticketBridge) return upload(client, file, work);
  const result = await window.ticketBridge.mergeFile(file, work.task);
  if (!result.ok) throw errorFrom(result.error);
  // The handler of this call returned this type.
  return result.value as CallValue<'bundle.merge'>;
}

async function upload(
  client: Client,
  file: File,
  { task, signal, onProgress }: BundleWork,
): Promise<MergedBundle> {
  if (file.size === 0) throw new WorkbenchError('invalid-data', `${file.name} is empty`);
  const { transfer } = await client.call('bundle.beginUpload', { bytes: file.size });
  try {
    for (let offset = 0; offset < file.size; offset += TRANSFER_PART_BYTES) {
      throwIfStopped(signal);
      onProgress({ what: 'sending', fraction: offset / file.size });
      const part = await file.slice(offset, offset + TRANSFER_PART_BYTES).arrayBuffer();
      await client.call('bundle.addToUpload', { transfer, offset, part: new Uint8Array(part) });
    }
    throwIfStopped(signal);
    return await client.call('bundle.mergeUpload', { transfer, name: file.name, task });
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
  chosen: Omit<CallInput<'bundle.beginDownload'>, 'task'>,
  { task, signal, onProgress }: BundleWork,
): Promise<BundleDownload & { readonly content: Blob }> {
  const bundle = await client.call('bundle.beginDownload', { ...chosen, task });
  const { transfer, bytes } = bundle;
  try {
    let content = zipOf([]);
    let parts: Uint8Array<ArrayBuffer>[] = [];
    let arrived = 0;
    while (arrived < bytes) {
      throwIfStopped(signal);
      onProgress({ what: 'fetching', fraction: arrived / bytes });
      const part = await client.call('bundle.readDownload', { transfer, offset: arrived });
      if (part.length === 0) {
        throw new WorkbenchError(
          'invalid-data',
          `${arrived} bytes of the bundle have arrived; expected ${bytes}`,
          'Download it again.',
        );
      }
      arrived += part.length;
      parts.push(part);
      if (parts.length < PARTS_IN_MEMORY) continue;
      content = zipOf([content, ...parts]);
      parts = [];
    }
    return { ...bundle, content: zipOf([content, ...parts]) };
  } finally {
    await client.call('bundle.endTransfer', { transfer }).catch(() => undefined);
  }
}

function zipOf(parts: BlobPart[]): Blob {
  return new Blob(parts, { type: 'application/zip' });
}

function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new WorkbenchError('interrupted', 'it was stopped');
}
