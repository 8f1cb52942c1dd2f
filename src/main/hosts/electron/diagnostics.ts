/** The application's log, and reports of what ended unexpectedly around it. Nothing is sent. */
import process from 'node:process';
import type { App } from 'electron';
import { dataDirectory } from '../../workbench/data-directory.ts';
import { WORKBENCH_VERSION } from '../../workbench/environment.ts';
import { CrashReports, reportUncaughtErrors } from '../../workbench/logs/crash-reports.ts';
import { LogFile, logFolder } from '../../workbench/logs/log-file.ts';

const VERSIONS = {
  'Ticket Workbench': WORKBENCH_VERSION,
  Electron: process.versions.electron,
  Chromium: process.versions.chrome,
  Node: process.versions.node,
};

export class Diagnostics {
  readonly log = new LogFile(logFolder(dataDirectory()), { process: 'desktop' });
  readonly #reports = new CrashReports(this.log, VERSIONS);
  readonly #searches: () => readonly string[];

  /** @param searches the ids of those that run. */
  constructor(searches: () => readonly string[]) {
    this.#searches = searches;
  }

  /** Logs the start, and watches this process and those of Chromium. */
  start(app: App): void {
    const versions = Object.entries(VERSIONS).map(([name, version]) => `${name} ${version}`);
    this.log.write('info', `starts: ${versions.join(', ')}`);
    reportUncaughtErrors('the desktop application', () => this.#reports, this.#searches);
    app.on('child-process-gone', (_event, { type, reason, name }) => {
      if (reason === 'clean-exit' || reason === 'killed') return;
      this.crashed(`a process of Chromium ended: ${name ?? type}, ${reason}`);
    });
  }

  crashed(what: string): void {
    this.#reports.write({ what, searches: this.#searches() });
  }

  /**
   * The workbench's process has ended. It may have written a report itself, which knows more.
   *
   * @param startedAt Unix time, milliseconds.
   */
  workbenchDied(reason: string, startedAt: number): void {
    if ((this.#reports.newest()?.at ?? 0) < startedAt) this.crashed(reason);
  }
}
