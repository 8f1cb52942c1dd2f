/**
 * Builds the native kernels from `native/` when they are first needed, in the user's cache, with the
 * C++ compiler of the system. They only save time: where there is no compiler, or it fails, WebAssembly
 * computes the same bits.
 *
 * A build is named after the hash of its sources, options and system, and its file after the compiler. A
 * manifest, written last, names the file and has its SHA-256. An installed application brings a build.
 */
import { createHash, hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import {
  removeUnfinished,
  replaceFileAsync,
  writeFileAtomically,
} from '../../../../provision/atomic-file.mjs';
import { quote, runCommand } from '../../../../provision/command.mjs';
import { findCompiler } from '../../../../provision/compiler.mjs';
import { cacheDirectory, packageDirectory } from '../../../../provision/project.mjs';

const SOURCES = fileURLToPath(new URL('native/', import.meta.url));
const PROJECT = fileURLToPath(new URL('../../../../', import.meta.url));
const SYSTEM = `${process.platform}-${process.arch}`;
/** The build that an installed application brings, in its folder; the packaging makes it. */
const PREBUILT = `resources/native/${SYSTEM}/sparse`;
const MANIFEST = 'manifest.json';
const FAILURE = 'failure.json';
const COMPILE_TIMEOUT = 5 * 60_000;

/** Nothing here may change a bit of a product or a sum. */
const OPTIONS = [
  ...['-std=c++20', '-O3', '-ffp-contract=off', '-fno-fast-math', '-fno-math-errno'],
  ...['-fno-trapping-math', '-fno-strict-aliasing', '-fvisibility=hidden', '-fPIC', '-w'],
  '-DNAPI_VERSION=8',
];

/** A way to compile kernels.cc: its list of kernels, the floats of a vector and the processor. */
interface Variant {
  readonly list: string;
  readonly floats: 4 | 8 | 16;
  readonly options: readonly string[];
}

/** By architecture; addon.cc has the lists by the names of widths. */
const VARIANTS: Readonly<Partial<Record<NodeJS.Architecture, readonly Variant[]>>> = {
  x64: [
    { list: 'kernelsOfSse2', floats: 4, options: [] },
    { list: 'kernelsOfAvx2', floats: 8, options: ['-mavx2'] },
    {
      list: 'kernelsOfAvx512',
      floats: 16,
      options: ['-mavx512f', '-mavx512dq', '-mavx512vl', '-mavx512bw', '-mprefer-vector-width=512'],
    },
  ],
  arm64: [{ list: 'kernelsOfNeon', floats: 4, options: [] }],
};

/** A sound build. */
export interface NativeBuild {
  readonly file: string;
  /** The version of the compiler that made it. */
  readonly compiler: string;
  readonly isPackaged: boolean;
}

/** Why there is no build. */
export interface NativeFailure {
  readonly compiler: string;
  readonly message: string;
}

const MANIFEST_SCHEMA = z.object({ file: z.string(), compiler: z.string(), sha256: z.string() });
const FAILURE_SCHEMA = z.object({ compiler: z.string(), message: z.string() });

/** Whether native kernels are turned off by `TICKET_NATIVE=0`. */
export const isNativeOff = (): boolean => process.env['TICKET_NATIVE'] === '0';

/** Whether there are native kernels for this kind of system. */
export const isNativeSystem = (): boolean =>
  process.platform !== 'win32' && VARIANTS[process.arch] !== undefined;

/**
 * Makes sure that native kernels are built and undamaged, if that is possible; hosts call it before
 * they start workers. A build that fails is not tried again with the same compiler.
 *
 * @param onBuild called if there is something to build, which takes seconds.
 * @param folder where it is built; default: in the user's cache.
 */
export async function ensureNative(
  onBuild: () => void = () => undefined,
  folder = builtFolder(),
): Promise<void> {
  if (isNativeOff() || !isNativeSystem() || headers() === undefined) return;
  if (folder === builtFolder() && readBuild(packagedFolder())) return;
  const building = running.get(folder) ?? ensureBuilt(onBuild, folder);
  running.set(folder, building);
  try {
    await building;
  } finally {
    running.delete(folder);
  }
}

/** The builds that this process is running, by folder; everyone who asks waits for the same one. */
const running = new Map<string, Promise<void>>();

/**
 * Builds the native kernels that a package brings.
 *
 * @param project the folder that is packed
 * @returns whether there are any
 */
export async function prebuildNative(project: string): Promise<boolean> {
  const folder = path.join(project, PREBUILT);
  await ensureNative(() => undefined, folder);
  rmSync(path.join(folder, FAILURE), { force: true });
  return readBuild(folder) !== undefined;
}

/** The build to load; undefined if there is none. */
export function findNativeBuild(folder?: string): NativeBuild | undefined {
  if (folder !== undefined) return readBuild(folder);
  return readBuild(packagedFolder()) ?? readBuild(builtFolder());
}

/** Why the last build failed; undefined if it did not. */
export function nativeFailure(folder = builtFolder()): NativeFailure | undefined {
  return readRecord(path.join(folder, FAILURE), FAILURE_SCHEMA);
}

async function ensureBuilt(onBuild: () => void, folder: string): Promise<void> {
  const compiler = await findCompiler({ environment: process.env });
  if (compiler === undefined) return;
  if (readBuild(folder)?.compiler === compiler.version) return;
  if (nativeFailure(folder)?.compiler === compiler.version) return;
  onBuild();
  removeUnfinished(folder);
  mkdirSync(folder, { recursive: true });
  const name = `sparse-${hash('sha256', compiler.version).slice(0, 16)}.node`;
  const file = path.join(folder, name);
  try {
    await replaceFileAsync(file, (unfinished) => compileAndCheck(compiler.command, unfinished));
  } catch (error) {
    if (!(error instanceof CompilerError)) return;
    writeRecord(path.join(folder, FAILURE), {
      compiler: compiler.version,
      message: error.message,
    });
    return;
  }
  const sha256 = hash('sha256', readFileSync(file));
  writeRecord(path.join(folder, MANIFEST), { file: name, compiler: compiler.version, sha256 });
  rmSync(path.join(folder, FAILURE), { force: true });
}

/** The compiler refuses the sources, or what it makes does not run. */
class CompilerError extends Error {}

async function compileAndCheck(compiler: string, output: string): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ticket-native-'));
  try {
    const objects = await compile(compiler, folder);
    const linking = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
    await run(compiler, ['-shared', ...objects, ...linking, '-o', output], folder);
    // In a process of its own: what does not run would end this one.
    await run(process.execPath, ['-e', CHECK, output], folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Calls a kernel of every width that this processor has. */
const CHECK = `
const module = { exports: {} };
process.dlopen(module, process.argv[1]);
const { widths, instantiate } = module.exports;
if (widths.length === 0) throw new Error('there are no kernels for this processor');
for (const width of widths) {
  const memory = new Float32Array(24).fill(1);
  const kernels = instantiate(width);
  kernels.attach(memory.buffer);
  kernels.sgd(48, 0, 48, 0.25);
  if (!memory.subarray(0, 12).every((value) => value === 0.75)) throw new Error(width + ' is wrong');
}`;

/** @returns the object files */
async function compile(compiler: string, folder: string): Promise<string[]> {
  const common = [...OPTIONS, '-I', headers() ?? ''];
  const jobs = [
    { name: 'addon', args: [path.join(SOURCES, 'addon.cc')] },
    ...(VARIANTS[process.arch] ?? []).map(({ list, floats, options }) => ({
      name: list,
      args: [
        ...options,
        `-DTICKET_FLOATS=${floats}`,
        `-DTICKET_LIST=${list}`,
        path.join(SOURCES, 'kernels.cc'),
      ],
    })),
  ];
  const objectOf = (name: string): string => path.join(folder, `${name}.o`);
  const waiting = jobs.values();
  const worker = async (): Promise<void> => {
    for (const { name, args } of waiting) {
      await run(compiler, [...common, ...args, '-c', '-o', objectOf(name)], folder);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs.length, availableParallelism()) }, worker));
  return jobs.map(({ name }) => objectOf(name));
}

async function run(command: string, args: readonly string[], temporary: string): Promise<void> {
  const outcome = await runCommand(command, args, {
    environment: { ...process.env, TMPDIR: temporary, LC_ALL: 'C' },
    timeout: COMPILE_TIMEOUT,
  });
  if (outcome.code === 0) return;
  const message = quote(path.basename(command), outcome.output);
  // Neither a full disk nor a stopped compiler says anything about the next attempt.
  const isPassing = outcome.timedOut || outcome.output.includes('No space left on device');
  throw isPassing ? new Error(message) : new CompilerError(message);
}

/** The build in a folder; undefined if there is none, or one that a power cut or the disk damaged. */
function readBuild(folder: string): NativeBuild | undefined {
  const manifest = readRecord(path.join(folder, MANIFEST), MANIFEST_SCHEMA);
  if (manifest === undefined) return undefined;
  const file = path.join(folder, manifest.file);
  try {
    if (hash('sha256', readFileSync(file)) !== manifest.sha256) return undefined;
  } catch {
    return undefined;
  }
  return { file, compiler: manifest.compiler, isPackaged: folder === packagedFolder() };
}

function readRecord<Kept>(file: string, schema: z.ZodType<Kept>): Kept | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function writeRecord(file: string, content: object): void {
  writeFileAtomically(file, `${JSON.stringify(content, null, 2)}\n`);
}

const builtFolder = (): string => path.join(cacheDirectory(), 'native', buildName());
/** A package is built with its sources, so its build needs no name of its own. */
const packagedFolder = (): string => path.join(PROJECT, PREBUILT);

/** The folder of Node-API's headers; undefined in an installed application. */
function headers(): string | undefined {
  const directory = packageDirectory('node-api-headers');
  return directory && path.join(directory, 'include');
}

function buildName(): string {
  const digest = createHash('sha256');
  digest.update(SYSTEM).update(JSON.stringify([OPTIONS, VARIANTS]));
  for (const name of readdirSync(SOURCES).sort()) {
    digest.update(name).update(readFileSync(path.join(SOURCES, name)));
  }
  return digest.digest('hex').slice(0, 16);
}
