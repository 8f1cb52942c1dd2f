/** What the program is, where its files are, and how its last run ended. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import packageManifest from '../../../../package.json' with { type: 'json' };
import type { About, CrashNotice, FolderId } from '../../../shared/contract/records/about.ts';
import type { Store } from '../../store/store.ts';
import { WORKBENCH_VERSION } from '../environment.ts';
import type { CrashReports, CrashSummary } from '../logs/crash-reports.ts';
import { collectLicences, LICENCES_FILE } from './licences.ts';

const PROJECT = fileURLToPath(new URL('../../../../', import.meta.url));
/** Written when a package is made. */
const COMMIT_FILE = path.join(PROJECT, 'resources', 'commit.txt');

/** No window can set it: the contract takes no preference with a colon in its key. */
const TOLD_PREFERENCE = 'workbench:told-crash';

/** What only the host knows. */
export interface HostParts {
  /** Where TensorFlow and datasets are kept. */
  readonly cacheDirectory?: string;
  /** Versions by name; undefined for what is not set up yet. */
  parts?(): Readonly<Record<string, string | undefined>>;
}

export interface ProgramOptions {
  readonly store: Pick<Store, 'preferences' | 'sqliteVersion' | 'inTurn'>;
  readonly dataDirectory: string;
  readonly reports: CrashReports;
  readonly host: HostParts;
}

export class Program {
  readonly #options: ProgramOptions;
  /** The crash that no window had been told of at this start. */
  #crash: CrashSummary | undefined;

  constructor(options: ProgramOptions) {
    this.#options = options;
    const newest = options.reports.newest();
    const told = options.store.preferences.all()[TOLD_PREFERENCE];
    if (newest && !(typeof told === 'string' && told >= newest.name)) this.#crash = newest;
  }

  about(): About {
    return {
      version: WORKBENCH_VERSION,
      commit: existsSync(COMMIT_FILE) ? readFileSync(COMMIT_FILE, 'utf8').trim() : undefined,
      parts: Object.entries(this.versions()).flatMap(([name, version]) =>
        version === undefined ? [] : [{ name, version }],
      ),
      folders: (['data', 'cache', 'logs'] as const).flatMap((id) => {
        const place = this.folder(id);
        return place === undefined ? [] : [{ id, path: place }];
      }),
      licence: packageManifest.license,
    };
  }

  versions(): Record<string, string | undefined> {
    return versionsOf(this.#options.store, this.#options.host);
  }

  /** Undefined if the host does not know it. */
  folder(id: FolderId): string | undefined {
    const { dataDirectory, host, reports } = this.#options;
    switch (id) {
      case 'data':
        return dataDirectory;
      case 'cache':
        return host.cacheDirectory;
      case 'logs':
        return reports.folder;
    }
  }

  /** A package has them in a file; in a clone they are collected when they are asked for. */
  licences(): string {
    const file = path.join(PROJECT, LICENCES_FILE);
    return existsSync(file) ? readFileSync(file, 'utf8') : collectLicences(PROJECT).text;
  }

  /** The same until it is dismissed. A later start does not tell it again. */
  async crash(): Promise<CrashNotice | undefined> {
    const crash = this.#crash;
    if (!crash) return undefined;
    const { store } = this.#options;
    await store.inTurn(() => {
      store.preferences.set(TOLD_PREFERENCE, crash.name);
    });
    const { what, at, name } = crash;
    return { what, at, file: path.join(this.#options.reports.folder, name) };
  }

  dismissCrash(): void {
    this.#crash = undefined;
  }
}

export function versionsOf(
  store: Pick<Store, 'sqliteVersion'>,
  host: HostParts,
): Record<string, string | undefined> {
  return {
    Node: process.versions.node,
    SQLite: store.sqliteVersion(),
    ...host.parts?.(),
  };
}
