import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SearchEvent } from '../../src/shared/contract/events.ts';
import { rng } from '../../src/shared/rng.ts';
import { idxBytes } from '../main/engine/datasets/idx-writer.ts';

const MAIN = fileURLToPath(new URL('../../src/main/hosts/cli/main.ts', import.meta.url));

export interface CommandResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Starts the real `ticket` in a process of its own.
 *
 * @param environment beside that of this process.
 * @param main the program; that of this project by default.
 */
export function startTicket(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  main = MAIN,
): {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandResult>;
  /** Resolves when a line of stdout says so; rejects if the command ends before. */
  readonly seen: (isIt: (event: SearchEvent) => boolean) => Promise<void>;
} {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const watch of watchers) watch();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout,
    stderr,
  }));
  return {
    child,
    ended,
    seen: (isIt) =>
      new Promise((resolve, reject) => {
        let looked = 0;
        const watch = (): void => {
          const end = stdout.lastIndexOf('\n') + 1;
          const events = eventsOf(stdout.slice(looked, end));
          looked = end;
          if (events.some(isIt)) {
            watchers.delete(watch);
            resolve();
          }
        };
        watchers.add(watch);
        watch();
        void ended.then(() => {
          reject(new Error(`the command ended first: ${stderr}`));
        });
      }),
  };
}

export async function ticket(...args: string[]): Promise<CommandResult> {
  return startTicket(args).ended;
}

/**
 * Runs a search with `ticket search`.
 *
 * @param further more arguments of the command.
 * @returns the id of the search.
 */
export async function runSearch(
  dataDirectory: string,
  name: string,
  settings: object,
  ...further: string[]
): Promise<string> {
  const config = `${dataDirectory}-settings.json`;
  writeFileSync(config, JSON.stringify(settings));
  const { code, stdout, stderr } = await ticket(
    ...['search', '--config', config, '--name', name, ...further],
    ...['--data-dir', dataDirectory, '--json'],
  );
  if (code !== 0) throw new Error(stderr);
  const last = JSON.parse(stdout.trim().split('\n').at(-1)!) as { search: { id: string } };
  return last.search.id;
}

/** The events of `--json`, as far as their lines are complete. */
export function eventsOf(stdout: string): SearchEvent[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as SearchEvent);
}

/** A folder of IDX files with a small problem that can be learnt: 8 × 8 images of four classes. */
export function writeSmallDataset(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const [set, count] of [
    ['train', 600],
    ['t10k', 200],
  ] as const) {
    const random = rng('small-dataset', set);
    const labels = Uint8Array.from({ length: count }, () => random.below(4));
    const images = new Uint8Array(count * 64);
    for (let pixel = 0; pixel < images.length; pixel += 1) {
      const isBright = pixel % 4 === labels[Math.floor(pixel / 64)];
      images[pixel] = random.below(160) + (isBright ? 40 : 0);
    }
    writeFileSync(path.join(folder, `${set}-images-idx3-ubyte`), idxBytes([count, 8, 8], images));
    writeFileSync(path.join(folder, `${set}-labels-idx1-ubyte`), idxBytes([count], labels));
  }
  return folder;
}
