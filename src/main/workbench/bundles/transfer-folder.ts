/** Where bundles lie on their way between a browser and the workbench: a folder for each process. */
import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { isProcessAlive, MACHINE_SCOPE, startOfProcess } from '../../../../provision/processes.mjs';
import { REMOVAL } from '../removal.ts';

/** In the data directory: its disk has to hold what is merged anyway, and `/tmp` is often in memory. */
const PARENT = 'transfers';

const MACHINE = createHash('sha256').update(MACHINE_SCOPE).digest('hex').slice(0, 8);

/** The machine, the process and, on Linux, its start: an id is given again once its process has ended. */
const NAME = /^([0-9a-f]{8})-(\d+)-(\d*)$/;
const OWN_NAME = `${MACHINE}-${process.pid}-${startOfProcess(process.pid) ?? ''}`;

/** A process of another machine, or one whose start is not known, has ended after so long. */
const ABANDONED_MILLISECONDS = 24 * 60 * 60_000;

/** @param directory the data directory. */
export function transferFolder(directory: string): string {
  return path.join(allTransfers(directory), OWN_NAME);
}

/**
 * The folder with those of all processes.
 *
 * @param directory the data directory.
 */
export function allTransfers(directory: string): string {
  return path.join(directory, PARENT);
}

/**
 * Removes the folders of workbenches that were killed.
 *
 * @param directory the data directory.
 */
export async function removeLeftTransfers(directory: string): Promise<void> {
  const parent = allTransfers(directory);
  for (const name of await namesIn(parent)) {
    const folder = path.join(parent, name);
    if (await isLeft(folder, name)) await rm(folder, REMOVAL);
  }
}

async function isLeft(folder: string, name: string): Promise<boolean> {
  const [, machine, processId, start] = NAME.exec(name) ?? [];
  if (machine === undefined || name === OWN_NAME) return false;
  if (machine === MACHINE) {
    if (!isProcessAlive(Number(processId))) return true;
    if (start !== '') return startOfProcess(Number(processId)) !== start;
  }
  // Another process may have removed it.
  const changed = await stat(folder).catch(() => undefined);
  return changed !== undefined && Date.now() - changed.mtimeMs > ABANDONED_MILLISECONDS;
}

/** None if there is no such folder. */
async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
