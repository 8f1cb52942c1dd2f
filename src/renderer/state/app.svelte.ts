/** The state that all views share. */
import { createContext } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import type { Client } from '../../shared/contract/client.ts';
import type { Catalog, Preset } from '../../shared/contract/records/catalog.ts';
import type { TagCount } from '../../shared/contract/records/history.ts';
import type { Health } from '../../shared/contract/records/host.ts';
import type { SearchRow } from '../../shared/contract/records/search-rows.ts';
import { Actions } from './actions.ts';
import { Backups } from './backups.svelte.ts';
import { ChartPoints } from './chart-points.svelte.ts';
import { Connection } from './connection.svelte.ts';
import { Datasets } from './datasets.svelte.ts';
import { Draft } from './draft.svelte.ts';
import { Endings } from './endings.svelte.ts';
import { HistoryState } from './history.svelte.ts';
import type { ShownMenu } from './menu-commands.ts';
import { Notifications } from './notifications.svelte.ts';
import { PlugIns } from './plug-ins.svelte.ts';
import { PreferenceStore } from './preferences.svelte.ts';
import { ProgramState } from './program.svelte.ts';
import { Resource } from './resource.svelte.ts';
import { MOST_COMPARED, type Route } from './route.ts';
import { Router } from './router.svelte.ts';
import type { SharedState } from './shared-state.ts';
import { TensorFlow } from './tensorflow.svelte.ts';
import { Theme } from './theme.svelte.ts';
import { throttled } from './timing.ts';
import { Toasts } from './toasts.svelte.ts';

export const [useApp, provideApp] = createContext<App>();

/** A dialog that a command opens in the view it belongs to. */
export type ViewDialog = 'import' | 'export' | 'extend' | 'rename' | 'merge';

const ACTIVE_STATES = ['running', 'paused', 'queued'] as const;
const REFRESH_EVERY_MILLISECONDS = 400;

export class App implements SharedState {
  readonly client: Client;
  readonly preferences: PreferenceStore;
  readonly theme: Theme;
  readonly router: Router;
  readonly toasts = new Toasts();
  readonly connection: Connection;
  readonly catalog: Resource<Catalog>;
  readonly presets: Resource<readonly Preset[]>;
  readonly datasets: Datasets;
  readonly health: Resource<Health>;
  readonly tags: Resource<readonly TagCount[]>;
  /** Running, queued and paused searches, oldest first. */
  readonly active: Resource<readonly SearchRow[]>;
  readonly actions: Actions;
  readonly draft: Draft;
  readonly chartPoints: ChartPoints;
  readonly plugIns: PlugIns;
  readonly tensorflow: TensorFlow;
  readonly backups: Backups;
  readonly program: ProgramState;
  readonly history: HistoryState;
  readonly endings: Endings;
  readonly notifications = new Notifications();
  /** The dialog that is open in the view, if any. */
  dialog = $state<ViewDialog>();
  /** The search whose page is open, in detail or live. */
  openSearch = $state.raw<SearchRow>();
  isPaletteOpen = $state(false);
  /** Menus of charts and tables on the page, for the palette. */
  readonly menus = new SvelteSet<ShownMenu>();
  areShortcutsOpen = $state(false);
  #isReady = $state(false);

  constructor(client: Client, darkQuery: MediaQueryList) {
    this.client = client;
    this.preferences = new PreferenceStore(client);
    this.theme = new Theme(this.preferences, darkQuery);
    this.router = new Router(this.preferences);
    this.connection = new Connection(client);
    this.catalog = new Resource(() => client.call('catalog'));
    this.presets = new Resource(() => client.call('presets'));
    this.datasets = new Datasets(client, () => {
      this.draft.recheck();
    });
    this.health = new Resource(() => client.call('health'));
    this.tags = new Resource(() => client.call('tags'));
    this.active = new Resource(async () => {
      const { rows } = await client.call('search.list', {
        filter: { states: [...ACTIVE_STATES] },
        sort: { column: 'created', direction: 'ascending' },
        limit: 200,
      });
      return rows;
    });
    this.chartPoints = new ChartPoints(client, this.preferences);
    this.plugIns = new PlugIns(client, this.toasts);
    this.tensorflow = new TensorFlow(client, this.toasts);
    this.backups = new Backups(client, this.toasts, () => {
      this.#loadShared();
    });
    this.program = new ProgramState(client, this.toasts);
    this.actions = new Actions(this);
    this.draft = new Draft(this);
    this.history = new HistoryState(this);
    this.endings = new Endings(this, (title, text, onclick) => {
      // The desktop application tells the system by itself.
      if (this.health.value?.host.kind === 'browser') this.notifications.show(title, text, onclick);
    });
    this.#keepActiveFresh();
  }

  /** Whether views can be shown: preferences have loaded, or have failed to. */
  get isReady(): boolean {
    return this.#isReady;
  }

  async start(): Promise<void> {
    this.#loadShared();
    await this.preferences.load().catch(() => undefined);
    await this.tensorflow.status.reload();
    const asksForSetup = this.tensorflow.isMissing && !this.preferences.get('skipsSetup');
    this.router.start(this.home, asksForSetup ? { view: 'setup' } : undefined);
    this.#isReady = true;
    await this.program.readCrash();
    await this.#tellPlugInFailure();
  }

  /** Where a user begins. */
  get home(): Route {
    return this.preferences.get('hasStarted') ? { view: 'history' } : { view: 'start' };
  }

  async #tellPlugInFailure(): Promise<void> {
    await this.plugIns.overview.reload();
    if (!this.plugIns.overview.value?.failure) return;
    this.toasts.info('A plug-in can’t be loaded', {
      label: 'Show why',
      run: () => {
        this.router.go({ view: 'settings' });
      },
    });
  }

  /** The label of a registered entry, or its id if this version does not have the entry. */
  labelOf(kind: Exclude<keyof Catalog, 'settings'>, id: string): string {
    return this.catalog.value?.[kind].find((entry) => entry.id === id)?.label ?? id;
  }

  get compared(): readonly string[] {
    return this.preferences.get('compareIds');
  }

  setCompared(ids: readonly string[]): void {
    this.preferences.set('compareIds', [...new Set(ids)].slice(0, MOST_COMPARED));
  }

  #loadShared(): void {
    const shared = [
      this.catalog,
      this.presets,
      this.datasets.list,
      this.health,
      this.tags,
      this.active,
      this.chartPoints.published,
    ];
    for (const resource of shared) void resource.reload();
  }

  #keepActiveFresh(): void {
    const refresh = throttled(() => {
      void this.active.reload();
    }, REFRESH_EVERY_MILLISECONDS);
    this.client.onEvent((event) => {
      switch (event.type) {
        case 'search-changed': {
          const { row } = event;
          const known = this.active.value?.find(({ id }) => id === row.id);
          if (known?.state !== row.state) refresh.request();
          else {
            this.active.set(this.active.value!.map((old) => (old.id === row.id ? row : old)));
          }
          return;
        }
        case 'search-deleted':
        case 'search-undeleted':
        case 'history-changed':
          refresh.request();
          return;
        case 'workbench-restarted':
          this.#loadShared();
          void this.tensorflow.status.reload();
          return;
        default:
      }
    });
  }
}
