/** What the window remembers across restarts: the type and default of every preference. */
import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Client } from '../../shared/contract/client.ts';
import type { CurveMeasure } from '../../shared/charts/curve-measures.ts';
import type { Json, JsonObject } from '../../shared/contract/json.ts';
import type { ComparedAt } from '../../shared/history/baseline.ts';
import { sameJson } from '../forms/settings-tree.ts';
import type { KeptMethods } from './kept-methods.ts';
import { debounced } from './timing.ts';

export interface Preferences {
  /** `system` follows the operating system. */
  theme: 'system' | 'light' | 'dark';
  /** The hash of the view that was open. */
  lastView: string;
  /** Ids of columns, in their order; empty for those that are shown at first. */
  historyColumns: readonly string[];
  /** Widths that were changed, by column, in rem. */
  historyWidths: Readonly<Record<string, number>>;
  /** The id of the search that is pinned as the baseline; empty if none is. */
  historyBaseline: string;
  historyComparedAt: ComparedAt;
  historyQuery: JsonObject;
  /** Ids of sweeps. */
  historyExpanded: readonly string[];
  curveMeasure: CurveMeasure;
  /** Settings as the user left them in New search. */
  draft: JsonObject | null;
  draftName: string;
  /** The values of swept settings as they were typed, by path. */
  draftSweep: Readonly<Record<string, string>>;
  /** Whether Compare also shows equal settings. */
  compareAll: boolean;
  /** Whether a sweep also shows what wins after Holm's correction over all its searches. */
  correctSweep: boolean;
  /** What a sweep's page shows: the metric, the level, the order of its table (views/sweep). */
  sweepPage: JsonObject;
  /** The order, the columns and the selection of the pages Storage and Trash (views/storage). */
  storageTable: JsonObject;
  trashTable: JsonObject;
  compareIds: readonly string[];
  /** The search that differences in Compare are from. */
  compareReference: string;
  /** What else was chosen in Compare (state/compared.ts). */
  compareChoices: JsonObject;
  /** The learning curves that were shown last: the search, and the choices in it. */
  curvePlace: JsonObject;
  /** View settings by kind of chart (charts/kept-settings.ts). */
  chartViews: Readonly<Record<string, JsonObject>>;
  /** Whether charts against density show published figures. */
  showsPublished: boolean;
  /** One's own points in these charts. */
  ownPoints: readonly JsonObject[];
  /** What the Ticket tab showed last: the search, and the choices in it. */
  ticketPlace: JsonObject;
  /** Methods paragraphs of reports (kept-methods.ts). */
  methods: KeptMethods;
  /** How charts are drawn as files, as it was last chosen. */
  chartLook: JsonObject;
  hasStarted: boolean;
  /** Whether the user has said that TensorFlow is not to be set up now. */
  skipsSetup: boolean;
  /** Whether letters and signs are shortcuts by themselves, without Ctrl. */
  singleKeys: boolean;
  /** Whether the browser tells when a search ends. */
  notifies: boolean;
  /** What the size of all text is multiplied by. */
  textScale: number;
  /** Whether New search shows only what was changed. */
  formOnlyChanged: boolean;
  /** The settings that the draft started from: a preset, a clone or an import. */
  draftBase: JsonObject | null;
}

const DEFAULTS: Preferences = {
  theme: 'system',
  lastView: '',
  historyColumns: [],
  historyWidths: {},
  historyBaseline: '',
  historyComparedAt: 'density',
  historyQuery: {},
  historyExpanded: [],
  curveMeasure: 'validationLoss',
  draft: null,
  draftName: '',
  draftSweep: {},
  compareAll: false,
  correctSweep: false,
  sweepPage: {},
  storageTable: {},
  trashTable: {},
  compareIds: [],
  compareReference: '',
  compareChoices: {},
  curvePlace: {},
  chartViews: {},
  showsPublished: true,
  ownPoints: [],
  ticketPlace: {},
  methods: {},
  chartLook: {},
  hasStarted: false,
  skipsSetup: false,
  singleKeys: true,
  notifies: false,
  textScale: 1,
  formOnlyChanged: false,
  draftBase: null,
};

type Key = keyof Preferences;
const PREFIX = 'window.';
const SAVE_AFTER_MILLISECONDS = 300;

export class PreferenceStore {
  /** By key: what reads one preference is not run again when another one changes. */
  #values = new SvelteMap<Key, Json>(entriesOf(DEFAULTS));
  #client: Client;
  #unsaved = new Map<Key, Json>();
  #save = debounced(() => {
    this.flush();
  }, SAVE_AFTER_MILLISECONDS);

  constructor(client: Client) {
    this.#client = client;
    client.on('preference-changed', ({ key, value }) => {
      const own = ownKey(key);
      if (own && !this.#unsaved.has(own)) this.#take(own, value);
    });
  }

  /** @throws WorkbenchError `unavailable` if the workbench can't be reached. */
  async load(): Promise<void> {
    const stored = await this.#client.call('preferences.get');
    for (const [key, value] of Object.entries(stored)) {
      const own = ownKey(key);
      if (own) this.#take(own, value);
    }
  }

  get<Name extends Key>(key: Name): Preferences[Name] {
    // Every value was set by `set`, or has the type of the default.
    return this.#values.get(key) as Preferences[Name];
  }

  set<Name extends Key>(key: Name, value: Preferences[Name]): void {
    // An effect that sets a preference must not depend on it.
    if (
      sameJson(
        untrack(() => this.get(key)),
        value,
      )
    )
      return;
    this.#values.set(key, value);
    this.#unsaved.set(key, value);
    this.#save.request();
  }

  /** Saves pending changes now: the window is about to close. */
  flush(): void {
    this.#save.cancel();
    for (const [key, value] of this.#unsaved) {
      // A preference that can't be saved is not worth an error message.
      this.#client
        .call('preferences.set', { key: `${PREFIX}${key}`, value })
        .catch(() => undefined);
    }
    this.#unsaved.clear();
  }

  /** Keeps the default if the stored value has another type: it may come from another version. */
  #take(key: Key, value: Json): void {
    const isFitting =
      value !== null
        ? typeof value === typeof (DEFAULTS[key] ?? {}) &&
          Array.isArray(value) === Array.isArray(DEFAULTS[key])
        : DEFAULTS[key] === null;
    this.#values.set(key, isFitting ? value : DEFAULTS[key]);
  }
}

function entriesOf(values: Preferences): [Key, Json][] {
  return Object.entries(values) as [Key, Json][];
}

function ownKey(key: string): Key | undefined {
  const name = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : '';
  return Object.hasOwn(DEFAULTS, name) ? (name as Key) : undefined;
}
