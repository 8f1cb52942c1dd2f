/**
 * The window's setting for plug-ins: whether those of one fixed folder are loaded at the next start.
 * A window can turn it on and off, but can't say which folder it is.
 */
import { existsSync, mkdirSync } from 'node:fs';
import {
  type ErrorReport,
  messageOf,
  reportOf,
  WorkbenchError,
} from '../../../shared/contract/errors.ts';
import type {
  LoadedPlugInOverview,
  PlugInOverview,
} from '../../../shared/contract/records/plug-ins.ts';
import { type LoadedPlugIn, loadedPlugIns } from '../../engine/plug-ins/load.ts';
import type { Store } from '../../store/store.ts';
import { plugInFolder } from '../data-directory.ts';
import { loadPlugInFiles, plugInsIn } from './folder.ts';
import { openRegistries } from './open-registries.ts';

/** No window can set it: the contract takes no preference with a colon in its key. */
const PREFERENCE = 'workbench:plug-ins';

export class PlugInSetting {
  readonly folder: string;
  readonly #store: Pick<Store, 'preferences' | 'inTurn'>;
  /** Files of the folder that were to be loaded at this start. */
  #files: ReadonlySet<string> = new Set();
  #wasOn = false;
  #failure: ErrorReport | undefined;

  constructor(store: Pick<Store, 'preferences' | 'inTurn'>, dataDirectory: string) {
    this.#store = store;
    this.folder = plugInFolder(dataDirectory);
  }

  get isOn(): boolean {
    return this.#store.preferences.all()[PREFERENCE] === true;
  }

  /** Why no plug-in of the folder is loaded although the setting was on. */
  get failure(): ErrorReport | undefined {
    return this.#failure;
  }

  /**
   * Loads the folder if the setting is on. A file that can't be loaded keeps nothing from starting:
   * no plug-in of the folder is registered then, and `failure` says why.
   */
  load(): void {
    this.#wasOn = this.isOn;
    if (!this.#wasOn || !existsSync(this.folder)) return;
    try {
      const files = plugInsIn(this.folder);
      this.#files = new Set(files.map(({ file }) => file));
      loadPlugInFiles(files);
    } catch (error) {
      this.#failure = reportOf(error);
    }
  }

  /**
   * Takes effect at the next start. The folder is made when the setting is turned on.
   *
   * @throws WorkbenchError `store-failed` if the folder can't be made; the setting stays off then.
   */
  async set(isOn: boolean): Promise<void> {
    if (isOn) this.#makeFolder();
    await this.#store.inTurn(() => {
      this.#store.preferences.set(PREFERENCE, isOn ? true : null);
    });
  }

  overview(): PlugInOverview {
    return {
      isOn: this.isOn,
      wasOn: this.#wasOn,
      folder: this.folder,
      loaded: loadedPlugIns().map((plugIn) => this.#describe(plugIn)),
      failure: this.#failure,
    };
  }

  #describe({ file, sha256, entries }: LoadedPlugIn): LoadedPlugInOverview {
    return {
      file,
      source: this.#files.has(file) ? 'data-directory' : 'start',
      sha256,
      entries: entries.map(({ kind, id }) => ({
        kind,
        id,
        label: openRegistries[kind].get(id).label,
      })),
    };
  }

  #makeFolder(): void {
    try {
      // What others put into it would run with the user's rights.
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw new WorkbenchError(
        'store-failed',
        `the folder of plug-ins ${this.folder} can't be made: ${messageOf(cause)}`,
        'Make the data directory writable.',
        { cause },
      );
    }
  }
}
