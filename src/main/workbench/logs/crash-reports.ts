/**
 * Reports of crashes, in the folder of the log. Nothing is sent: a report is a file that the user can
 * read and attach. It names searches by their ids and has none of their data.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { writeFileAtomically } from '../../../../provision/atomic-file.mjs';
import { isPlainObject } from '../../../shared/contract/json.ts';
import { errorText, type LogFile, withoutHome } from './log-file.ts';

const MOST_REPORTS = 20;
const REPORT = /^crash-\d{8}T\d{9}Z-\d+[.]json$/;

export interface Crash {
  /** What ended, for people: `the workbench's process ended with signal SIGSEGV`. */
  readonly what: string;
  /** What was thrown, if anything was. */
  readonly error?: unknown;
  /** The ids of the searches that ran. */
  readonly searches: readonly string[];
}

export interface CrashSummary {
  /** `crash-20260102T030405678Z-1234.json`; later reports have later names. */
  readonly name: string;
  readonly what: string;
  /** Unix time, milliseconds. */
  readonly at: number;
}

export class CrashReports {
  readonly folder: string;
  readonly #log: LogFile;
  readonly #versions: Readonly<Record<string, string | undefined>>;
  readonly #now: () => number;

  /** @param versions of the workbench and what it runs on, by name. */
  constructor(
    log: LogFile,
    versions: Readonly<Record<string, string | undefined>>,
    now: () => number = Date.now,
  ) {
    this.folder = log.folder;
    this.#log = log;
    this.#versions = versions;
    this.#now = now;
  }

  /** @returns the file; undefined if it can't be written, which is no reason to fail again. */
  write({ what, error, searches }: Crash): string | undefined {
    this.#log.write('error', error === undefined ? what : `${what}: ${errorText(error)}`);
    const at = new Date(this.#now());
    const report = {
      what: withoutHome(what),
      at: at.toISOString(),
      stack: error === undefined ? undefined : withoutHome(errorText(error)),
      versions: this.#versions,
      platform: `${process.platform}-${process.arch}`,
      searches,
      log: this.#log.lastLines(),
    };
    const stamp = at.toISOString().replace(/[-:.]/g, '');
    const file = path.join(this.folder, `crash-${stamp}-${process.pid}.json`);
    try {
      mkdirSync(this.folder, { recursive: true });
      writeFileAtomically(file, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 });
      this.#removeOld();
      return file;
    } catch {
      return undefined;
    }
  }

  /** The newest report; undefined if there is none, or it can't be read. */
  newest(): CrashSummary | undefined {
    const name = this.#names().at(-1);
    if (name === undefined) return undefined;
    try {
      const report: unknown = JSON.parse(readFileSync(path.join(this.folder, name), 'utf8'));
      if (!isPlainObject(report)) return undefined;
      const { what, at } = report;
      if (typeof what !== 'string' || typeof at !== 'string') return undefined;
      return { name, what, at: Date.parse(at) };
    } catch {
      return undefined;
    }
  }

  #names(): string[] {
    try {
      return readdirSync(this.folder)
        .filter((name) => REPORT.test(name))
        .sort();
    } catch {
      return [];
    }
  }

  #removeOld(): void {
    for (const name of this.#names().slice(0, -MOST_REPORTS)) {
      rmSync(path.join(this.folder, name), { force: true });
    }
  }
}

/**
 * Writes a report when this process is about to end by an error that nobody caught. It ends as it would
 * without: whoever started it sees the error and the exit code.
 *
 * @param reports called only then.
 */
export function reportUncaughtErrors(
  name: string,
  reports: () => CrashReports,
  searches: () => readonly string[],
): void {
  process.on('uncaughtExceptionMonitor', (error, origin) => {
    const how = origin === 'unhandledRejection' ? 'a promise that nobody waited for' : 'an error';
    reports().write({ what: `${name} ended by ${how}`, error, searches: searches() });
  });
}
