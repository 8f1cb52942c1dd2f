/**
 * Collects what an installed application consists of:
 *
 * - `application/`: what Electron's main process runs, which electron-builder puts into an archive;
 * - `workbench/`: what the workbench's process and the command `ticket` run on plain Node: the sources
 *   as they are, Node itself, and the packages they import.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {
  packageDirectory,
  packageManifest,
  PROJECT_DIRECTORY,
  record,
  requiredPackageDirectory,
} from '../provision/project.mjs';
import { nodePackage } from '../provision/node-runtime.mjs';

/** What of the project is installed. Other files are for its development. */
const INSTALLED = [
  'bin',
  'provision',
  'resources',
  'src/shared',
  'src/main',
  'out/renderer',
  'LICENSE',
];

/** Part of the build, or of development only: they are not installed. */
const NOT_INSTALLED: ReadonlySet<string> = new Set([
  'svelte',
  'assemblyscript',
  'node-api-headers',
  // The addon is compiled before packing. Its JavaScript is for benchmarks only.
  '@tensorflow/tfjs-node',
]);

/** What packages carry for development or for other systems. */
const SUPERFLUOUS = [
  /[.](map|d[.][cm]?ts)$/,
  /[/](?!licen[cs]e|notice|copying)[^/]+[.]md$/i,
  /[/]better-sqlite3[/](deps|src)$/,
  new RegExp(`[/]better-sqlite3[/]prebuilds[/](?!${process.platform}-${process.arch}[.])[^/]+$`),
  /[/]node-[a-z0-9-]+[/](include|lib|share)$/,
];

interface Staged {
  readonly application: string;
  readonly workbench: string;
}

/** @throws Error if a package is not installed. */
export function stage(folder: string): Staged {
  rmSync(folder, { recursive: true, force: true });
  const workbench = path.join(folder, 'workbench');
  for (const name of INSTALLED) {
    cpSync(path.join(PROJECT_DIRECTORY, name), path.join(workbench, name), { recursive: true });
  }
  for (const directory of packages()) {
    copyPackage(directory, path.join(workbench, path.relative(PROJECT_DIRECTORY, directory)));
  }
  const manifest = packageManifest(PROJECT_DIRECTORY);
  writeJson(path.join(workbench, 'package.json'), {
    ...pick(manifest, ['name', 'version', 'description', 'license', 'type', 'exports', 'bin']),
    dependencies: manifest['dependencies'],
  });
  const tfjs = 'node_modules/@tensorflow/tfjs-node/package.json';
  cpSync(path.join(PROJECT_DIRECTORY, tfjs), path.join(workbench, tfjs));

  const application = path.join(folder, 'application');
  for (const name of ['out/main', 'out/preload']) {
    cpSync(path.join(PROJECT_DIRECTORY, name), path.join(application, name), { recursive: true });
  }
  writeJson(path.join(application, 'package.json'), {
    ...pick(manifest, ['name', 'version', 'description', 'license', 'main']),
    // electron-builder wants a homepage and an author; there is none.
    homepage: 'https://ticket-workbench.invalid',
    author: 'Ticket Workbench <maintainers@ticket-workbench.invalid>',
  });
  return { application, workbench };
}

/** The folders of all packages that are imported at run time, and of Node for this system. */
function packages(): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (name: string, from: string, isOptional: boolean): void => {
    if (NOT_INSTALLED.has(name)) return;
    const directory = isOptional
      ? packageDirectory(name, from)
      : requiredPackageDirectory(name, from);
    if (directory === undefined || found.has(directory)) return;
    found.add(directory);
    const { dependencies, optionalDependencies } = packageManifest(directory);
    const optional = record(optionalDependencies);
    for (const each of Object.keys(record(dependencies))) visit(each, directory, each in optional);
    for (const each of Object.keys(optional)) visit(each, directory, true);
  };
  const { dependencies } = packageManifest(PROJECT_DIRECTORY);
  for (const name of Object.keys(record(dependencies))) visit(name, PROJECT_DIRECTORY, false);
  const system = `${process.platform}-${process.arch}`;
  const node = nodePackage(system);
  if (node === undefined) throw new Error(`there is no Node package for ${system}`);
  visit(node, PROJECT_DIRECTORY, false);
  return found;
}

function copyPackage(source: string, target: string): void {
  cpSync(source, target, {
    recursive: true,
    filter: (file) => {
      const name = file.split(path.sep).join('/');
      return !SUPERFLUOUS.some((pattern) => pattern.test(name));
    },
  });
}

export function writeJson(file: string, value: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

function pick(manifest: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, manifest[key]]));
}
