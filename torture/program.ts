/** Starts the real programs as processes, kills them, and finds what is left of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main/hosts/cli/main.ts', import.meta.url));

/** Every process started here, and those that these start, have it in their environment. */
const MARK = `TICKET_TORTURE=${randomUUID()}`;

/** What a command may take on a busy machine before it counts as hanging. */
const HANGS_MILLISECONDS = 5 * 60_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
  readonly hung: boolean;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout(): string;
}

export interface StartOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Options of Node, such as a module to load first. */
  readonly node?: readonly string[];
  /** A program that starts Node: its name and first arguments. */
  readonly wrapper?: readonly string[];
}

/** `ticket ARGUMENTS`, as bin/ticket.mjs would start it. */
export function startTicket(args: readonly string[], options: StartOptions = {}): Running {
  return startNode([MAIN, ...args], options);
}

export async function ticket(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return startTicket(args, options).ended;
}

/** A process group of its own, so that all of it can be killed at once. */
export function startNode(args: readonly string[], options: StartOptions = {}): Running {
  const { environment = {}, node = [], wrapper = [] } = options;
  const [command = process.execPath, ...first] = [...wrapper, process.execPath, ...node];
  const [name, value] = MARK.split('=');
  const startedAt = performance.now();
  const child = spawn(command, [...first, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, [name ?? '']: value, ...environment },
  });
  let stdout = '';
  let stderr = '';
  let hung = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const timer = setTimeout(() => {
    hung = true;
    killGroup(child);
  }, HANGS_MILLISECONDS);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const milliseconds = performance.now() - startedAt;
      resolve({ code, signal, stdout, stderr, milliseconds, hung });
    });
  });
  return { child, ended, stdout: () => stdout };
}

/** Kills the process and everything in its group. */
export function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** Killed processes take a moment; a guard that ends them polls its input. */
const ENDING_MILLISECONDS = 10_000;

/** The processes that outlive those which started them, after a moment for them to end. */
export async function findOrphans(): Promise<number[]> {
  const until = performance.now() + ENDING_MILLISECONDS;
  for (;;) {
    const left = markedProcesses();
    if (left.length === 0 || performance.now() > until) return left;
    await sleep(20);
  }
}

/** Needs /proc; elsewhere none are found. */
function markedProcesses(): number[] {
  let ids: string[];
  try {
    ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return ids.filter(isMarked).map(Number);
}

function isMarked(id: string): boolean {
  try {
    if (!readFileSync(`/proc/${id}/environ`, 'latin1').split('\0').includes(MARK)) return false;
    // A zombie has ended.
    return !/^State:\tZ/m.test(readFileSync(`/proc/${id}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Node names the file and line of a fault that nobody caught; people should never see that. */
export function hasStack(text: string): boolean {
  return /^\s+at .*[:(].*\d+:\d+\)?$/m.test(text);
}

export const childScript = (name: string): string =>
  fileURLToPath(new URL(`children/${name}`, import.meta.url));

export const moduleUrl = (name: string): string =>
  new URL(`children/${name}`, import.meta.url).href;
