/** What takes space, the trash, and backups. */
import { z } from 'zod';
import type {
  BackupContents,
  BackupOverview,
  RestoredBackup,
  WrittenBackup,
} from '../records/backups.ts';
import type {
  DropPreview,
  FreedSpace,
  StorageOverview,
  TrashContents,
} from '../records/storage.ts';
import { call, nothing, returns } from './call.ts';
import { filePath, ids } from './inputs.ts';

export const STORAGE_CALLS = {
  /** What takes space. `storage-progress` follows while it is measured. */
  'storage.overview': call(nothing, returns<StorageOverview>()),
  /** What `storage.dropWeights` would free. Changes nothing. */
  'storage.previewDrop': call(z.strictObject({ ids }), returns<DropPreview>()),
  /**
   * Drops the weights of finished searches for good, and keeps masks and measurements. A search that
   * needs its weights is left as it is.
   */
  'storage.dropWeights': call(z.strictObject({ ids }), returns<FreedSpace>()),
  /** Searches marked as deleted. `search.undelete` restores them. */
  'trash.list': call(nothing, returns<TrashContents>()),
  /** Deletes searches of the trash for good. */
  'trash.delete': call(z.strictObject({ ids }), returns<FreedSpace>()),
  /** The backups in the folder `backups`, and the setting for nightly ones. */
  'backup.list': call(nothing, returns<BackupOverview>()),
  /**
   * Writes a checked copy of all searches while others run. A host with dialogs asks where; the value is
   * undefined if that was cancelled. Elsewhere it goes to `path`, by default in the folder `backups`.
   */
  'backup.make': call(
    z.strictObject({ path: filePath.optional() }),
    returns<WrittenBackup | undefined>(),
  ),
  /**
   * Reads a backup: one of the folder by its name, or one that the host's dialog asks for. A host without
   * dialogs takes a path. Undefined if the dialog was cancelled.
   */
  'backup.inspect': call(
    z.strictObject({ name: z.string().min(1).max(255).optional(), path: filePath.optional() }),
    returns<BackupContents | undefined>(),
  ),
  /**
   * Puts the backup that was inspected last in the place of all searches. Running searches are stopped.
   * What was there is kept beside it.
   */
  'backup.restore': call(z.strictObject({ file: filePath }), returns<RestoredBackup>()),
  'backup.setNightly': call(z.strictObject({ isOn: z.boolean() }), returns<BackupOverview>()),
} as const;
