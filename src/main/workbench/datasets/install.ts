/** Installs fetched files: converts them, checks them, and moves them into place at once. */
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { flushFolder } from '../../../../provision/atomic-file.mjs';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { datasetsDirectory, type Download, fetchedFolder } from '../../engine/datasets/download.ts';
import { readChecked } from '../../engine/datasets/fetched.ts';
import { isLarge } from '../../engine/datasets/reading.ts';
import { readInThread } from '../../engine/datasets/reading-thread.ts';
import type { OnProgress } from './progress.ts';
import { unpackTar } from './tar.ts';

export interface FetchedDataset {
  /** That of a large dataset is registered: the thread that reads it looks it up. */
  readonly id: string;
  readonly download: Download;
}

export interface InstallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: OnProgress;
}

/** The folder of a download in progress. Its name can't be that of a dataset. */
export const workFolder = (id: string): string => join(datasetsDirectory(), `.${id}.fetching`);

/**
 * Converts files, archives or folders into the dataset. Its folder appears complete and checked, or not
 * at all.
 *
 * @returns the dataset's folder.
 * @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation.
 */
export async function installDataset(
  { id, download }: FetchedDataset,
  paths: readonly string[],
  { signal, onProgress }: InstallOptions,
): Promise<string> {
  const work = join(datasetsDirectory(), `${installPrefix(id)}${randomUUID()}`);
  const source = join(work, 'source');
  const target = join(work, 'target');
  try {
    await removeUnfinishedInstallations(id);
    await mkdir(source, { recursive: true });
    await mkdir(target);
    onProgress({ step: 'unpacking' });
    for (const path of paths) await gather(path, source, download, signal);
    await convert({ id, download }, source, target);
    signal?.throwIfAborted();
    onProgress({ step: 'checking' });
    await checkFiles({ id, download }, target);
    signal?.throwIfAborted();
    await replaceFolder(fetchedFolder(id), target, join(work, 'old'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return fetchedFolder(id);
}

/** Converts the files that were fetched, which decodes them; those of a large dataset in a thread. */
async function convert(
  { id, download }: FetchedDataset,
  source: string,
  target: string,
): Promise<void> {
  const size = isLarge(download.summary);
  if (size) await readInThread('install', id, { source, target }, { what: `${id} (${size})` });
  else await download.install(source, target);
}

/**
 * Reads the dataset in `folder` and compares its fingerprint; that of a large one in a thread.
 *
 * @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation.
 */
export async function checkFiles({ id, download }: FetchedDataset, folder: string): Promise<void> {
  const size = isLarge(download.summary);
  if (size) await readInThread('check', id, { folder }, { what: `${folder} (${size})` });
  else await readChecked(id, download, folder);
}

const installPrefix = (id: string): string => `.${id}.installing-`;

/** Removes what killed processes have left of unpacking and converting. */
export async function removeUnfinishedInstallations(id: string): Promise<void> {
  for (const name of await readdir(datasetsDirectory())) {
    if (!name.startsWith(installPrefix(id))) continue;
    await rm(join(datasetsDirectory(), name), { recursive: true, force: true });
  }
}

/** Nested folders are searched down to this depth. */
const DEPTH = 8;

/** Copies the wanted files, from archives and folders, into one folder. */
async function gather(
  path: string,
  into: string,
  download: Download,
  signal: AbortSignal | undefined,
  depth = 0,
): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    const reason = messageOf(cause);
    throw new WorkbenchError('not-found', `${path} can't be read: ${reason}`, undefined, { cause });
  });
  if (found.isDirectory()) {
    if (depth > DEPTH) return;
    for (const name of await readdir(path)) {
      const inner = join(path, name);
      const isWorthwhile = (await stat(inner)).isDirectory() || download.isWanted(name);
      if (isWorthwhile) await gather(inner, into, download, signal, depth + 1);
    }
    return;
  }
  if (/\.(tgz|tar|tar\.gz)$/.test(path)) {
    await unpackTar(path, into, (name) => download.isWanted(name), signal);
    return;
  }
  if (download.isWanted(basename(path))) await copyFile(path, join(into, basename(path)));
}

/** A reader sees the old folder, the new one, or none for a moment, but never a part of one. */
async function replaceFolder(place: string, made: string, old: string): Promise<void> {
  const existed = await rename(place, old).then(
    () => true,
    () => false,
  );
  try {
    await rename(made, place);
    flushFolder(dirname(place));
  } catch (error) {
    if (existed) await rename(old, place);
    throw error;
  }
}
