/** What the storage page and the trash show: what takes space, what is chosen, and what is being freed. */
import type { Client } from '../../../shared/contract/client.ts';
import type {
  DropPreview,
  FreedSpace,
  StorageOverview,
  StorageProgress,
  TrashContents,
} from '../../../shared/contract/records/storage.ts';
import { formatAmount, formatBytes } from '../../format.ts';
import { Resource } from '../../state/resource.svelte.ts';
import { throttled } from '../../state/timing.ts';
import type { Toasts } from '../../state/toasts.svelte.ts';

const REFRESH_EVERY_MILLISECONDS = 1000;

type Notes = Pick<Toasts, 'info' | 'error'>;

/** One of the two pages, until it is left. */
abstract class StoragePage<Value> {
  abstract readonly content: Resource<Value>;
  protected readonly client: Client;
  protected readonly toasts: Notes;
  #progress = $state.raw<StorageProgress>();
  #isFreeing = $state(false);

  constructor(client: Client, toasts: Notes) {
    this.client = client;
    this.toasts = toasts;
  }

  /** In this window or another one; undefined while nothing is measured or freed. */
  get progress(): StorageProgress | undefined {
    return this.#progress;
  }

  /** Whether this page waits until something is freed. */
  get isFreeing(): boolean {
    return this.#isFreeing;
  }

  /** Follows what other windows and processes do. @returns a function that stops. */
  open(): () => void {
    void this.content.reload();
    const refresh = throttled(() => void this.content.reload(), REFRESH_EVERY_MILLISECONDS);
    const unsubscribe = this.client.onEvent((event) => {
      switch (event.type) {
        case 'storage-progress':
          this.#progress = event.progress;
          return;
        case 'search-deleted':
        case 'search-undeleted':
        case 'history-changed':
        case 'workbench-restarted':
          // What is being freed here ends with a reload of its own.
          if (!this.#isFreeing) refresh.request();
          return;
        default:
      }
    });
    return () => {
      unsubscribe();
      refresh.cancel();
    };
  }

  protected async free(verb: string, work: () => Promise<FreedSpace>): Promise<void> {
    this.#isFreeing = true;
    try {
      const { searches, leftOut, bytes } = await work();
      const kept = leftOut.length === 0 ? '' : `; ${leftOut.length} left as they are`;
      this.toasts.info(
        `${verb} ${formatAmount(searches.length, 'search', 'searches')}${kept}. The database is ${formatBytes(bytes)} smaller`,
      );
    } catch (error) {
      this.toasts.error(error);
    }
    this.#isFreeing = false;
    await this.content.reload();
  }
}

export class StorageState extends StoragePage<StorageOverview> {
  readonly content: Resource<StorageOverview>;
  #preview = $state.raw<DropPreview>();

  constructor(client: Client, toasts: Notes) {
    super(client, toasts);
    this.content = new Resource(() => client.call('storage.overview'));
  }

  /** What dropping the weights of the chosen searches would do, until it is decided. */
  get preview(): DropPreview | undefined {
    return this.#preview;
  }

  async ask(ids: readonly string[]): Promise<void> {
    try {
      this.#preview = await this.client.call('storage.previewDrop', { ids: [...ids] });
    } catch (error) {
      this.toasts.error(error);
    }
  }

  forget(): void {
    this.#preview = undefined;
  }

  async drop(): Promise<void> {
    const ids = this.#preview?.searches.map(({ id }) => id) ?? [];
    this.#preview = undefined;
    if (ids.length === 0) return;
    await this.free('Weights dropped of', () => this.client.call('storage.dropWeights', { ids }));
  }
}

export class TrashState extends StoragePage<TrashContents> {
  readonly content: Resource<TrashContents>;

  constructor(client: Client, toasts: Notes) {
    super(client, toasts);
    this.content = new Resource(() => client.call('trash.list'));
  }

  async restore(ids: readonly string[]): Promise<void> {
    try {
      const rows = await this.client.call('search.undelete', { ids: [...ids] });
      this.toasts.info(`${formatAmount(rows.length, 'search', 'searches')} restored`);
    } catch (error) {
      this.toasts.error(error);
    }
    await this.content.reload();
  }

  deleteForGood(ids: readonly string[]): Promise<void> {
    return this.free('Deleted for good:', () =>
      this.client.call('trash.delete', { ids: [...ids] }),
    );
  }
}
