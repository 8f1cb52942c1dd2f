/** Searches as files that travel. */
import { z } from 'zod';
import type { WrittenBundle } from '../../domain/bundle.ts';
import {
  type BundleDownload,
  type MergedBundle,
  type RunningBundle,
  TRANSFER_PART_BYTES,
} from '../records/bundles.ts';
import { call, nothing, returns } from './call.ts';
import { filePath, id, ids } from './inputs.ts';

/** A window makes up an id for each merge and each export of a bundle: `bundle.stop` ends it. */
const task = id;

/** What a bundle takes. */
const bundled = {
  task,
  /** Ids of searches and sweeps. */
  ids,
  /** Counted from 0; those that every search has. All of them by default. */
  replicates: z.array(z.int().min(0).max(100_000)).min(1).max(1000).optional(),
  withWeights: z.boolean().default(true),
};

export const BUNDLE_CALLS = {
  /**
   * Merges a bundle of this machine, whole or not at all. One bundle is merged or written at a time; others
   * wait for their turn. `bundle-progress` follows.
   *
   * In Electron, a page can't call it: its preload script does, for a file that the user has chosen or
   * dropped. Both are in one process, so the main process can't tell who has called. Whoever has taken over
   * that process can name any path, and learns whether a file is there and why it is no bundle.
   */
  'bundle.merge': call(z.strictObject({ path: filePath, task }), returns<MergedBundle>()),
  /**
   * Writes searches as a bundle. A host with dialogs asks where; the value is undefined if that was
   * cancelled. Elsewhere it goes to `path`. It waits for its turn, as `bundle.merge`. `bundle-progress`
   * follows.
   */
  'bundle.write': call(
    z.strictObject({ ...bundled, path: filePath.optional() }),
    returns<WrittenBundle | undefined>(),
  ),
  /**
   * Ends a merge or an export that waits or runs, and no other one: it then fails as `interrupted`. Nothing
   * happens if it has ended.
   */
  'bundle.stop': call(z.strictObject({ task }), returns<undefined>()),
  /** What waits and runs now: a window that is opened or reloaded meanwhile has missed its beginning. */
  'bundle.running': call(nothing, returns<readonly RunningBundle[]>()),
  /**
   * Begins to take a bundle of another machine in parts, which `bundle.mergeUpload` then merges. Room for
   * all of it is kept free. In Electron, which reads and writes files where they are, nothing travels.
   */
  'bundle.beginUpload': call(
    z.strictObject({ bytes: z.int().min(1) }),
    returns<{ readonly transfer: string }>(),
  ),
  /** The next part. @param offset as many bytes as have arrived. */
  'bundle.addToUpload': call(
    z.strictObject({
      transfer: id,
      offset: z.int().min(0),
      part: z
        .instanceof(Uint8Array)
        .refine(({ length }) => length > 0 && length <= TRANSFER_PART_BYTES, {
          error: `1 to ${TRANSFER_PART_BYTES} bytes`,
        }),
    }),
    returns<undefined>(),
  ),
  /** Merges it, as `bundle.merge`; then it is gone. @param name of the file. */
  'bundle.mergeUpload': call(
    z.strictObject({ transfer: id, name: z.string().min(1).max(255), task }),
    returns<MergedBundle>(),
  ),
  /** Writes searches as a bundle that a browser fetches in parts. `bundle-progress` follows. */
  'bundle.beginDownload': call(z.strictObject(bundled), returns<BundleDownload>()),
  'bundle.readDownload': call(
    z.strictObject({ transfer: id, offset: z.int().min(0) }),
    returns<Uint8Array<ArrayBuffer>>(),
  ),
  /** Forgets an upload or a download, complete or not. What is merged or written of it goes on. */
  'bundle.endTransfer': call(z.strictObject({ transfer: id }), returns<undefined>()),
} as const;
