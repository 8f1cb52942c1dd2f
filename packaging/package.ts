/**
 * `npm run package -- [--rig] [--without-native] [TARGET…]`: packs the installable application with electron-builder into
 * `out/installers`. Targets are those of electron-builder for this system: `dir`, `deb`, `AppImage`,
 * `dmg`, `nsis`; by default those of configuration.ts.
 *
 * `--without-native` packs where no C++ compiler builds the native kernels; searches then take half as
 * long again. `--rig` packs around the Electron of the tests, where Electron's own can't be downloaded.
 */
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build, Platform } from 'electron-builder';
import { siteOf } from '../provision/installation.mjs';
import { terminalProgress } from '../provision/progress.mjs';
import { PROJECT_DIRECTORY } from '../provision/project.mjs';
import { compileAddon } from '../provision/tensorflow.mjs';
import { inTerminal } from '../provision/terminal.mjs';
import { wheelFor } from '../provision/wheel-route.mjs';
import { buildDesktop } from '../provision/window-build.mjs';
import { prebuildWasm } from '../src/main/engine/sparse/build.ts';
import { prebuildNative } from '../src/main/engine/sparse/native-build.ts';
import { checksumsBelow, CHECKSUMS_FILE } from '../src/main/hosts/electron/integrity.ts';
import { configuration } from './configuration.ts';
import { electronFor } from './electron.ts';
import { writeLicences } from './licences.ts';
import { stage, writeJson } from './stage.ts';

const PLATFORM = {
  linux: Platform.LINUX,
  darwin: Platform.MAC,
  win32: Platform.WINDOWS,
} as const;

/** Where there is a wheel for this system, its addon is compiled here, not on users' machines. */
async function prebuildAddon(workbench: string): Promise<void> {
  const { prebuilt, system } = siteOf();
  if (wheelFor(system) === undefined) return;
  const place = path.join(workbench, path.relative(PROJECT_DIRECTORY, prebuilt));
  const progress = terminalProgress(process.stderr);
  try {
    await compileAddon(place, { onProgress: progress.show });
  } finally {
    progress.end();
  }
}

await inTerminal(async () => {
  const { values, positionals } = parseArgs({
    options: {
      rig: { type: 'boolean', default: false },
      'without-native': { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const { platform } = process;
  if (platform !== 'linux' && platform !== 'darwin' && platform !== 'win32') {
    throw new Error(`there is no application for ${platform}`);
  }
  const note = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  await buildDesktop({ note });
  note('Collecting what is installed.');
  const folder = path.join(PROJECT_DIRECTORY, 'out', 'package');
  const { application, workbench } = stage(folder);
  writeLicences(workbench);
  note('Building the sparse engine.');
  await prebuildWasm(workbench);
  const hasNative = await prebuildNative(workbench);
  // There are none for Windows.
  if (!hasNative && platform !== 'win32' && !values['without-native']) {
    throw new Error(
      'no C++ compiler builds the native kernels of the sparse engine; install g++ 10 or clang 12 or later, or pack with --without-native',
    );
  }
  await prebuildAddon(workbench);
  writeJson(path.join(application, CHECKSUMS_FILE), await checksumsBelow(workbench));
  // electron-builder packs a deb with fpm, which it downloads; deb.mjs understands the same arguments.
  process.env['CUSTOM_FPM_PATH'] ??= path.join(PROJECT_DIRECTORY, 'packaging', 'deb.mjs');
  const files = await build({
    projectDir: PROJECT_DIRECTORY,
    targets: PLATFORM[platform].createTarget(positionals.length === 0 ? null : positionals),
    config: configuration(folder, await electronFor(values.rig)),
    publish: 'never',
  });
  for (const file of files) process.stdout.write(`${path.relative(process.cwd(), file)}\n`);
  return 0;
});
