/** Folders, packages and programs made for a test of provisioning. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { zipSync } from 'fflate';
import { expect, onTestFinished } from 'vitest';
import { type PackageIndex, startPackageIndex } from './package-index.ts';
import type { EnsureOptions } from '../../provision/tensorflow.mjs';
import type { SiteOptions } from '../../provision/installation.mjs';

/** Any text in which this occurs; vitest's own matchers are typed `any`. */
export function textLike(pattern: string | RegExp): unknown {
  return typeof pattern === 'string'
    ? expect.stringContaining(pattern)
    : expect.stringMatching(pattern);
}

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'provision-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** @param files path within the folder -> text */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** A program whose body is JavaScript (CommonJS), with `args` in reach. */
export function writeProgram(file: string, body: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!${process.execPath}\nconst args = process.argv.slice(2);\n${body}\n`);
  chmodSync(file, 0o755);
}

/** Everything provisioning finds outside itself. */
export interface FakeWorld {
  readonly folder: string;
  /** The only folder on the PATH. */
  readonly programs: string;
  /** Where the wheel is downloaded from. */
  readonly index: PackageIndex;
  readonly wheelBytes: Uint8Array;
  readonly options: Required<
    Pick<
      EnsureOptions & SiteOptions,
      'cacheDir' | 'tfjsNode' | 'system' | 'prebuilt' | 'environment' | 'wheel' | 'node'
    >
  >;
}

export const WHEEL_NAME = 'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl';
const LIBRARY = 'library '.repeat(1000);
const FRAMEWORK = 'framework '.repeat(1000);

/** A system on which the wheel route works, with programs that only pretend. */
export async function fakeWorld(): Promise<FakeWorld> {
  const folder = temporaryFolder();
  const programs = path.join(folder, 'programs');
  const wheel = zipSync({
    'tensorflow/libtensorflow_cc.so.2': Buffer.from(LIBRARY),
    'tensorflow/libtensorflow_framework.so.2': [Buffer.from(FRAMEWORK), { level: 0 }],
    'tensorflow/include/tensorflow/c/c_api.h': Buffer.from('// header'),
    'tensorflow/python/huge.so': Buffer.from('not wanted'),
  });
  const index = await startPackageIndex(WHEEL_NAME, wheel);
  writeFiles(path.join(folder, 'tfjs-node'), {
    'package.json': JSON.stringify({
      name: '@tensorflow/tfjs-node',
      version: '4.22.0',
      binary: {
        module_name: 'tfjs_binding',
        module_path: './lib/napi-v{napi_build_version}',
        // Nobody listens there.
        host: 'http://127.0.0.1:9/',
        napi_versions: [7, 8],
      },
    }),
    'binding/tfjs_backend.cc': '',
    'binding/tfjs_binding.cc': '',
  });
  writeProgram(
    path.join(programs, 'g++'),
    `if (args[0] === '--version') console.log('g++ 12');
    else require('node:fs').writeFileSync(args[args.indexOf('-o') + 1], 'addon');`,
  );
  const node = path.join(folder, 'node');
  writeProgram(node, `console.log(JSON.stringify({ tensorflow: '2.21.0' }));`);
  return {
    folder,
    programs,
    index,
    wheelBytes: wheel,
    options: {
      cacheDir: path.join(folder, 'cache'),
      tfjsNode: path.join(folder, 'tfjs-node'),
      system: 'linux-x64',
      prebuilt: path.join(folder, 'native', 'tfjs_binding.node'),
      environment: { PATH: programs, PIP_INDEX_URL: index.address },
      node: { path: node, version: '24.0.0', source: 'project', flags: [] },
      wheel: {
        package: 'tensorflow-cpu',
        platform: 'manylinux_2_27_x86_64',
        bytes: wheel.length,
        sha256: createHash('sha256').update(wheel).digest('hex'),
        libraries: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
        libraryBytes: LIBRARY.length + FRAMEWORK.length,
      },
    },
  };
}

/** What a process said and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stdout contains the text. */
  says(text: string): Promise<void>;
}

/** Starts this Node with a script; it is ended with the test. */
export function startNode(
  args: readonly string[],
  options: {
    environment?: NodeJS.ProcessEnv;
    ownGroup?: boolean;
    input?: string;
    cwd?: string;
  } = {},
): Running {
  const child = spawn(process.execPath, args, {
    env: options.environment ?? process.env,
    detached: options.ownGroup ?? false,
    cwd: options.cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(options.input ?? '');
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    child,
    ended,
    says: (text) => eventually(() => stdout.includes(text)),
  };
}

/** Waits until it is so; the test's own time limit ends what never comes. */
export async function eventually(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(10);
}

export function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
  } catch {
    return false;
  }
  // A zombie is dead; its parent only hasn't asked yet how it ended.
  const status = `/proc/${id}/status`;
  return !existsSync(status) || !readFileSync(status, 'utf8').includes('State:\tZ');
}
