/** Where fetched datasets are kept, and how much there is to download. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { largest } from '../../../shared/extremes.ts';
import type { Download, Route } from './dataset.ts';

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
  if (chosen) return resolve(chosen);
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
