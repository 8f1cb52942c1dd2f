/** What must hold after every attack. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { isPlainObject } from '../src/shared/contract/json.ts';
import { differenceOf, differenceSoFar, type Kept, keptOf, withStore } from './kept.ts';
import { type Ended, findOrphans, hasStack, ticket } from './program.ts';
import type { Torment } from './torment.ts';

export interface Expected {
  readonly id: string;
  readonly kept: Kept;
}

/** Nothing in the directory is broken: what `ticket doctor --deep` checks, without starting it. */
export function checkSound(
  torment: Torment,
  attack: string,
  directory: string,
  when: string,
): void {
  const problems = withStore(directory, (store) => store.integrityCheck());
  if (problems.length > 0) torment.violation(attack, `${when}, doctor finds: ${problems[0] ?? ''}`);
}

/** These searches are there to the bit. */
export function checkKept(
  torment: Torment,
  attack: string,
  directory: string,
  expected: Expected,
  when: string,
): boolean {
  const difference = withStore(directory, (store) =>
    differenceOf(expected.kept, keptOf(store, expected.id)),
  );
  if (difference !== undefined) {
    torment.violation(attack, `${when}, ${difference} (search ${expected.id})`);
    return false;
  }
  torment.figures.count('searches found bit-identical');
  return true;
}

/** What was announced as finished is saved, and what is saved has the right bits. */
export function checkSoFar(
  torment: Torment,
  attack: string,
  directory: string,
  expected: Expected,
  announced: readonly string[],
): void {
  const found = withStore(directory, (store) => keptOf(store, expected.id));
  const difference = differenceSoFar(expected.kept, found);
  if (difference !== undefined) torment.violation(attack, `after a kill, ${difference}`);
  const lost = announced.find((name) => !found.has(name));
  if (lost !== undefined)
    torment.violation(attack, `the training ${lost} was finished, and is lost`);
}

export async function checkOrphans(torment: Torment, attack: string): Promise<void> {
  const orphans = await findOrphans();
  torment.figures.count('orphans', orphans.length);
  if (orphans.length === 0) return;
  torment.violation(attack, `${orphans.length} processes outlive the one that started them`);
  for (const id of orphans) {
    try {
      process.kill(id, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}

/** A command may fail, but it says what it says to people, and it ends. */
export function checkManners(torment: Torment, attack: string, ended: Ended, what: string): void {
  if (ended.hung) torment.violation(attack, `${what} hangs`);
  if (hasStack(ended.stderr) || hasStack(ended.stdout)) {
    torment.violation(attack, `${what} printed a stack: ${ended.stderr.slice(-600)}`);
  }
  const crashes: readonly (NodeJS.Signals | null)[] = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL'];
  if (crashes.includes(ended.signal)) {
    torment.violation(attack, `${what} crashed: ${ended.signal ?? ''}`);
  }
}

export function checkSuccess(
  torment: Torment,
  attack: string,
  ended: Ended,
  what: string,
): boolean {
  checkManners(torment, attack, ended, what);
  if (ended.code === 0) return true;
  const how = ended.signal ?? `code ${ended.code ?? '?'}`;
  torment.violation(attack, `${what} ended with ${how}: ${ended.stderr.slice(-600)}`);
  return false;
}

/** The real command, which takes seconds. */
export async function checkDoctor(
  torment: Torment,
  attack: string,
  directory: string,
): Promise<void> {
  const ended = await ticket(['doctor', '--deep', '--json', '--data-dir', directory]);
  checkManners(torment, attack, ended, 'doctor');
  const facts: unknown = JSON.parse(ended.stdout);
  const store = isPlainObject(facts) ? facts['store'] : undefined;
  const problems = isPlainObject(store) ? store['problems'] : undefined;
  if (!Array.isArray(problems) || problems.length > 0) {
    torment.violation(attack, `doctor finds: ${JSON.stringify(problems)}`);
  }
}

const UNFINISHED = /[.](part|unfinished|draft)\b|[.]unfinished-|[.]installing-|[.]fetching$/;

/** Files that only a run in progress has, below a folder. */
function unfinishedFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    UNFINISHED.test(path.basename(name)),
  );
}

/** After the next run, nothing of the killed one is left. */
export function checkSwept(torment: Torment, attack: string, folder: string, what: string): void {
  const left = unfinishedFiles(folder);
  if (left.length > 0) torment.violation(attack, `${what} leaves ${left.join(', ')}`);
}
