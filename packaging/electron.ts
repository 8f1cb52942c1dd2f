/**
 * The Electron that the application is packed around. This is the only difference between an
 * application for users and one for the tests.
 */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { Configuration } from 'electron-builder';
import { ELECTRON_RIG_VERSION, ensureElectronRig } from '../provision/electron-rig.mjs';
import { packageManifest, requiredPackageDirectory } from '../provision/project.mjs';
import { FUSES } from './fuses.ts';

export interface Electron {
  readonly version: string;
  /** A folder with Electron's files; without one, electron-builder downloads them. */
  readonly distribution?: string;
  readonly fuses: NonNullable<Configuration['electronFuses']>;
  readonly debCompression: 'xz' | 'gz';
}

/**
 * @param isRig takes the Electron of `npm run test:electron` instead of the one that package.json pins,
 *   which can't be downloaded everywhere.
 */
export async function electronFor(isRig: boolean): Promise<Electron> {
  if (!isRig) {
    const { version } = packageManifest(requiredPackageDirectory('electron'));
    return { version: String(version), fuses: FUSES, debCompression: 'xz' };
  }
  const { grantFileProtocolExtraPrivileges: _unknownToIt, ...fuses } = FUSES;
  return {
    version: ELECTRON_RIG_VERSION,
    distribution: distributionOf(await ensureElectronRig()),
    fuses,
    // Packs in seconds instead of a minute.
    debCompression: 'gz',
  };
}

/** What belongs to the application that the rig's Electron came with. */
const NOT_ELECTRON = /^(AppRun|usr|[.]DirIcon|resources|.*[.](desktop|png))$/;

/** @returns a folder in the layout of Electron's own archive, which lasts as long as this process */
function distributionOf(binary: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'ticket-electron-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const source = path.dirname(binary);
  for (const name of readdirSync(source)) {
    if (NOT_ELECTRON.test(name)) continue;
    const target = name === path.basename(binary) ? 'electron' : name;
    cpSync(path.join(source, name), path.join(folder, target), { recursive: true });
  }
  return folder;
}
