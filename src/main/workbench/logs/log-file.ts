/**
 * The log of the application and of `ticket serve`: a text file that one can send with a report.
 * Several processes write to it, a line at a time. It runs on the Node of every Electron.
 */
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import envPaths from 'env-paths';

const NAME = 'ticket-workbench';
export const LOG_FILE = 'ticket.log';

/** The newest file and three older ones take 4 MB. */
const MOST_BYTES = 1_000_000;
const OLDER_FILES = 3;
/** A message beyond that is cut: one faulty text must not push everything else out. */
const MOST_CHARACTERS = 8_000;
/** What a crash report repeats. */
const KEPT_LINES = 50;
/** Renaming takes a moment. An older lock belongs to a process that was killed. */
const LOCK_MILLISECONDS = 10_000;

export type Severity = 'info' | 'warning' | 'error';

/** The platform's folder for logs; the folder `logs` of a data directory that is not the usual one. */
export function logFolder(dataDirectory: string): string {
  const usual = envPaths(NAME, { suffix: '' });
  return dataDirectory === usual.data ? usual.log : path.join(dataDirectory, 'logs');
}

export interface LogOptions {
  /** Which process writes: `desktop`, `workbench`, `serve`. */
  readonly process: string;
  readonly now?: () => number;
  readonly mostBytes?: number;
}

/** Does nothing where it can't write: a full disk must not stop what it reports on. */
export class LogFile {
  readonly folder: string;
  readonly file: string;
  readonly #process: string;
  readonly #now: () => number;
  readonly #mostBytes: number;

  constructor(folder: string, options: LogOptions) {
    this.folder = folder;
    this.file = path.join(folder, LOG_FILE);
    this.#process = options.process;
    this.#now = options.now ?? Date.now;
    this.#mostBytes = options.mostBytes ?? MOST_BYTES;
  }

  /** The last lines of the file, oldest first, whichever process wrote them. */
  lastLines(): readonly string[] {
    try {
      return readFileSync(this.file, 'utf8').trimEnd().split('\n').slice(-KEPT_LINES);
    } catch {
      return [];
    }
  }

  write(severity: Severity, message: string): void {
    const line = `${new Date(this.#now()).toISOString()} ${this.#process} ${process.pid} ${severity}: ${logText(message)}`;
    try {
      mkdirSync(this.folder, { recursive: true });
      this.#rotate();
      appendFileSync(this.file, `${line}\n`, { mode: 0o600 });
    } catch {
      // There is no other place to say it.
    }
  }

  /** `ticket.log` becomes `ticket.1.log` and so on. One process at a time does it. */
  #rotate(): void {
    if (!this.#isFull()) return;
    const lock = path.join(this.folder, 'rotating.lock');
    if (!takeLock(lock)) return;
    try {
      // Another process may have done it until now.
      if (!this.#isFull()) return;
      for (let age = OLDER_FILES; age >= 1; age -= 1) {
        const newer = age === 1 ? LOG_FILE : olderName(age - 1);
        renameIfThere(path.join(this.folder, newer), path.join(this.folder, olderName(age)));
      }
    } finally {
      rmSync(lock, { force: true });
    }
  }

  #isFull(): boolean {
    return (sizeAndTime(this.file)?.size ?? 0) > this.#mostBytes;
  }
}

const olderName = (age: number): string => LOG_FILE.replace('.', `.${age}.`);

/** An error with its stack and its causes; anything else as text. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own}\ncaused by ${errorText(error.cause)}`;
}

/** One line, without control characters, and with `~` for the user's own folder. */
export function logText(message: string): string {
  const short = withoutHome(message).slice(0, MOST_CHARACTERS);
  // Later lines are indented in the file, so every line that isn't begins with a time.
  return short.replace(/\r?\n/g, '\n    ').replace(/[^\P{Cc}\n]/gu, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${code}`;
  });
}

/** Logs and reports may be sent to others, and the folder's name is often the user's. */
export function withoutHome(text: string): string {
  const home = homedir();
  return home.length > 1 ? text.split(home).join('~') : text;
}

function takeLock(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx'));
    return true;
  } catch {
    const taken = sizeAndTime(lock);
    if (taken && Date.now() - taken.mtimeMs > LOCK_MILLISECONDS) rmSync(lock, { force: true });
    return false;
  }
}

function renameIfThere(from: string, to: string): void {
  if (sizeAndTime(from)) renameSync(from, to);
}

function sizeAndTime(
  file: string,
): { readonly size: number; readonly mtimeMs: number } | undefined {
  return statSync(file, { throwIfNoEntry: false });
}
