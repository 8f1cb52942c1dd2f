/**
 * Builds the WebAssembly modules of the sparse engine from `assembly/` when they are first needed, in
 * the user's cache. The compiler is plain JavaScript and takes a few seconds. A build is named after the
 * hash of its sources and compiler, so an edit or an update makes a new one and no build is ever stale.
 *
 * An installed application brings its modules, and no compiler.
 */
import { createHash, hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { removeUnfinished, replaceFileAsync } from '../../../../provision/atomic-file.mjs';
import { cacheDirectory } from '../../../../provision/project.mjs';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import {
  AUTOMATIC_ENGINE,
  type EngineSetting,
  MEASURED_ENGINE,
} from '../../../shared/domain/engine.ts';

/**
 * Strict SIMD gives the same bits on every machine. Relaxed SIMD may fuse a product and a sum, which
 * is faster where the processor can, and rounds differently there.
 */
export const SPARSE_MODULES = ['strict', 'relaxed'] as const;
export type SparseModuleKind = (typeof SPARSE_MODULES)[number];

/** The modules that an engine needs. Choices never take relaxed SIMD. */
export const MODULES_OF = {
  dense: [],
  sparse: ['strict'],
  'sparse-relaxed': ['relaxed'],
  [AUTOMATIC_ENGINE]: ['strict'],
  [MEASURED_ENGINE]: ['strict'],
} as const satisfies Record<EngineSetting, readonly SparseModuleKind[]>;

const SOURCES = fileURLToPath(new URL('assembly/', import.meta.url));
/** The modules that an installed application brings, in its folder; the packaging builds them. */
const PREBUILT = 'resources/native/wasm';
const PROJECT = fileURLToPath(new URL('../../../../', import.meta.url));
/**
 * Passes of the optimizer, Binaryen: they fold constants and drop what is not needed, but move nothing.
 * The compiler's own levels move the loads of an expression in front of its sums, for which there are
 * not enough registers: the weight gradient of a dense layer then takes an eighth longer. V8 compiles
 * the module once more anyway.
 */
const PASSES = [
  'precompute',
  'dce',
  'vacuum',
  'remove-unused-brs',
  'remove-unused-names',
  'merge-blocks',
  'coalesce-locals',
  'reorder-locals',
  'vacuum',
];
const OPTIONS = [
  ...['--optimizeLevel', '0', '--runPasses', PASSES.join(',')],
  ...['--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'],
];
const OPTIONS_OF: Record<SparseModuleKind, readonly string[]> = {
  strict: OPTIONS,
  relaxed: [...OPTIONS, '--enable', 'relaxed-simd'],
};

/**
 * Makes sure that these modules are built and undamaged; hosts call it before they start workers.
 *
 * @param kinds Default: all.
 * @param onBuild called if there is something to build, which takes seconds.
 * @throws WorkbenchError `provisioning-failed` with the compiler's message.
 */
export async function ensureWasm(
  kinds: readonly SparseModuleKind[] = SPARSE_MODULES,
  onBuild: () => void = () => undefined,
  folder?: string,
): Promise<void> {
  const [packaged, built] = folder === undefined ? moduleFolders() : [folder, folder];
  removeUnfinished(built);
  const missing = kinds.filter((kind) => !findModule([packaged, built], kind));
  if (missing.length === 0) return;
  onBuild();
  mkdirSync(built, { recursive: true });
  await Promise.all(missing.map((kind) => build(kind, moduleFile(built, kind))));
}

/**
 * Builds the modules that a package brings.
 *
 * @param project the folder that is packed
 */
export async function prebuildWasm(project: string): Promise<void> {
  const folder = path.join(project, PREBUILT, buildName());
  await ensureWasm(SPARSE_MODULES, () => undefined, folder);
}

/** The builds that this process is running, by file; everyone who asks waits for the same one. */
const running = new Map<string, Promise<void>>();

async function build(kind: SparseModuleKind, file: string): Promise<void> {
  const building = running.get(file) ?? compile(kind, file);
  running.set(file, building);
  try {
    await building;
  } finally {
    running.delete(file);
  }
}

/**
 * The bytes of a module.
 *
 * @throws WorkbenchError `provisioning-failed` if `ensureWasm` has not been called.
 */
export function readWasm(kind: SparseModuleKind): Uint8Array {
  const folders = moduleFolders();
  const bytes = findModule(folders, kind);
  if (bytes) return bytes;
  throw new WorkbenchError(
    'provisioning-failed',
    'the sparse engine has not been built, or its build is damaged: there is no sound ' +
      moduleFile(folders[1], kind),
    'Start with "npm run ticket", which builds it.',
  );
}

function findModule(folders: readonly string[], kind: SparseModuleKind): Uint8Array | undefined {
  for (const folder of folders) {
    const bytes = readSealed(moduleFile(folder, kind));
    if (bytes) return bytes;
  }
  return undefined;
}

const moduleFile = (folder: string, kind: SparseModuleKind): string =>
  path.join(folder, `sparse-${kind}.wasm`);

/** A custom section of WebAssembly at the end of a module: id, length, name, and 32 bytes SHA-256. */
const SECTION = Buffer.from([0, 39, 6, ...Buffer.from('sha256')]);
const SEAL_BYTES = SECTION.length + 32;

/** A module with the SHA-256 of everything before it, which its readers check. */
function sealed(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, SECTION, hash('sha256', bytes, 'buffer')]);
}

/** The bytes of a module; undefined if there is none, or one that a power cut or the disk damaged. */
function readSealed(file: string): Buffer | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return undefined;
  }
  const content = bytes.subarray(0, Math.max(0, bytes.length - SEAL_BYTES));
  return sealed(content).equals(bytes) ? bytes : undefined;
}

async function compile(kind: SparseModuleKind, file: string): Promise<void> {
  try {
    await replaceFileAsync(file, async (unfinished) => {
      await runCompiler([...OPTIONS_OF[kind], '--outFile', unfinished]);
      const bytes = readFileSync(unfinished);
      // Throws unless it is a valid module.
      new WebAssembly.Module(bytes);
      writeFileSync(unfinished, sealed(bytes));
    });
  } catch (cause) {
    throw new WorkbenchError(
      'provisioning-failed',
      `the sparse engine does not compile: ${messageOf(cause)}`,
      'Run "npm ci", which installs the compiler, and try again.',
      { cause },
    );
  }
}

/**
 * In a thread, which ends with this process however that ends. Without source maps the compiler would
 * start itself again as a process.
 */
async function runCompiler(options: readonly string[]): Promise<void> {
  const argv = [path.join(SOURCES, 'index.ts'), ...options];
  const thread = new Worker(findCompiler(), {
    argv,
    execArgv: ['--enable-source-maps'],
    stdout: true,
    stderr: true,
  });
  const ended = new Promise<number>((resolve, reject) => {
    thread.once('error', reject).once('exit', resolve);
  });
  const [code, output, errors] = await Promise.all([
    ended,
    text(thread.stdout),
    text(thread.stderr),
  ]);
  if (code !== 0) throw new Error(`${output}${errors}`.trim() || `exit code ${code}`);
}

/** Where modules are looked for: in the package, else where they are built. */
function moduleFolders(): [packaged: string, built: string] {
  const name = buildName();
  return [path.join(PROJECT, PREBUILT, name), path.join(cacheDirectory(), 'wasm', name)];
}

const MANIFEST = z.object({ dependencies: z.object({ assemblyscript: z.string() }) });

/**
 * Named after everything that a module is made of. The version of the compiler is the one that
 * package.json pins: an installed application has no compiler, but knows its version.
 */
function buildName(): string {
  const manifest = MANIFEST.parse(
    JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8')),
  );
  const hash = createHash('sha256');
  hash.update(manifest.dependencies.assemblyscript).update(JSON.stringify(OPTIONS_OF));
  for (const name of readdirSync(SOURCES).sort()) {
    hash.update(name).update(readFileSync(path.join(SOURCES, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** @throws WorkbenchError `provisioning-failed` if it is not installed. */
function findCompiler(): string {
  const manifest = findPackageJSON('assemblyscript', import.meta.url);
  if (manifest !== undefined) return path.join(path.dirname(manifest), 'bin', 'asc.js');
  throw new WorkbenchError(
    'provisioning-failed',
    'the compiler of the sparse engine, assemblyscript, is not installed',
    'Run "npm ci" in the project folder.',
  );
}
