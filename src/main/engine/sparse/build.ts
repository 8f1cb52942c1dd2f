/**
 * Builds the WebAssembly modules of the sparse engine from `assembly/` when they are first needed. The
 * compiler is plain JavaScript and takes a few seconds. A build is named after the hash of its sources
 * and compiler, so an edit or an update makes a new one and no build is ever stale.
 */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
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
const BUILDS = fileURLToPath(new URL('../../../../build/wasm/', import.meta.url));
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
 * Makes sure that these modules are built; hosts call it before they start workers.
 *
 * @param kinds Default: all.
 * @param onBuild called if there is something to build, which takes seconds.
 * @throws WorkbenchError `provisioning-failed` with the compiler's message.
 */
export async function ensureWasm(
  kinds: readonly SparseModuleKind[] = SPARSE_MODULES,
  onBuild: () => void = () => undefined,
  folder = buildFolder(),
): Promise<void> {
  const missing = kinds
    .map((kind) => ({ kind, file: moduleFile(folder, kind) }))
    .filter(({ file }) => !existsSync(file));
  if (missing.length === 0) return;
  onBuild();
  mkdirSync(folder, { recursive: true });
  await Promise.all(missing.map(({ kind, file }) => build(kind, file)));
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
  const file = moduleFile(buildFolder(), kind);
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new WorkbenchError(
      'provisioning-failed',
      `the sparse engine has not been built: there is no ${file}`,
      'Start with "npm run ticket", which builds it.',
      { cause },
    );
  }
}

const moduleFile = (folder: string, kind: SparseModuleKind): string =>
  path.join(folder, `sparse-${kind}.wasm`);

/** Writes beside the target and renames, so that nobody reads half a file. */
async function compile(kind: SparseModuleKind, file: string): Promise<void> {
  const unfinished = `${file}.${randomUUID()}`;
  const { compiler } = findCompiler();
  const source = path.join(SOURCES, 'index.ts');
  try {
    await promisify(execFile)(process.execPath, [
      compiler,
      source,
      ...OPTIONS_OF[kind],
      '--outFile',
      unfinished,
    ]);
    renameSync(unfinished, file);
  } catch (cause) {
    rmSync(unfinished, { force: true });
    throw new WorkbenchError(
      'provisioning-failed',
      `the sparse engine does not compile: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Run "npm ci", which installs the compiler, and try again.',
      { cause },
    );
  }
}

function buildFolder(): string {
  const hash = createHash('sha256');
  hash.update(findCompiler().version).update(JSON.stringify(OPTIONS_OF));
  for (const name of readdirSync(SOURCES).sort()) {
    hash.update(name).update(readFileSync(path.join(SOURCES, name)));
  }
  return path.join(BUILDS, hash.digest('hex').slice(0, 16));
}

const MANIFEST = z.object({ version: z.string() });

function findCompiler(): { compiler: string; version: string } {
  const manifest = findPackageJSON('assemblyscript', import.meta.url);
  if (manifest === undefined) {
    throw new WorkbenchError(
      'provisioning-failed',
      'the compiler of the sparse engine, assemblyscript, is not installed',
      'Run "npm ci" in the project folder.',
    );
  }
  const { version } = MANIFEST.parse(JSON.parse(readFileSync(manifest, 'utf8')));
  return { compiler: path.join(path.dirname(manifest), 'bin', 'asc.js'), version };
}
