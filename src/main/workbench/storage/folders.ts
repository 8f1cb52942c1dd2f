/** How large the folders beside the database are. */
import { lstatSync, readdirSync, statfsSync } from 'node:fs';
import path from 'node:path';
import type { FolderKind, StoragePart } from '../../../shared/contract/records/storage.ts';
import { backupFolder } from '../backups/backups.ts';
import { allTransfers } from '../bundles/transfer-folder.ts';
import { logFolder } from '../logs/log-file.ts';

/** Databases that were set aside when a backup was put in their place. */
const SET_ASIDE = /-before-\d{8}-\d{6}/;

/** @param cache where TensorFlow, datasets and compiled engines are kept, if that is known. */
export function folderSizes(directory: string, cache: string | undefined): StoragePart[] {
  const inCache = (...names: readonly string[]): number =>
    cache === undefined ? 0 : names.reduce((sum, name) => sum + bytesIn(path.join(cache, name)), 0);
  const setAside = namesIn(directory)
    .filter((name) => SET_ASIDE.test(name))
    .reduce((sum, name) => sum + bytesIn(path.join(directory, name)), 0);
  const sizes: Readonly<Record<FolderKind, number>> = {
    checkpoints: bytesIn(path.join(directory, 'checkpoints')),
    backups: bytesIn(backupFolder(directory)) + setAside,
    transfers: bytesIn(allTransfers(directory)),
    tensorflow: inCache('tensorflow'),
    datasets: inCache('datasets'),
    engines: inCache('wasm', 'native', 'compiled'),
    logs: bytesIn(logFolder(directory)),
  };
  return (Object.keys(sizes) as FolderKind[]).map((kind) => ({ kind, bytes: sizes[kind] }));
}

/** Bytes that this user can still write. */
export function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/** 0 for what is not there, or goes away meanwhile. Links are not followed. */
function bytesIn(place: string): number {
  const found = lstatSync(place, { throwIfNoEntry: false });
  if (!found) return 0;
  if (!found.isDirectory()) return found.isFile() ? found.size : 0;
  return namesIn(place).reduce((sum, name) => sum + bytesIn(path.join(place, name)), 0);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
