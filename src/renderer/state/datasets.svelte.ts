/** The datasets, and the progress of those being fetched. */
import type { Client } from '../../shared/contract/client.ts';
import { type ErrorReport, reportOf } from '../../shared/contract/errors.ts';
import type { DatasetOverview } from '../../shared/contract/records/datasets.ts';
import { Resource } from './resource.svelte.ts';

export class Datasets {
  readonly list: Resource<readonly DatasetOverview[]>;
  #client: Client;
  #errors = $state.raw<ReadonlyMap<string, ErrorReport>>(new Map());

  /** @param onReady called when a dataset has been fetched: settings can be checked again. */
  constructor(client: Client, onReady: () => void) {
    this.#client = client;
    this.list = new Resource(() => client.call('datasets'));
    client.on('dataset-progress', ({ id, progress }) => {
      this.#replace(id, (dataset) => ({ ...dataset, progress }));
    });
    client.on('dataset-changed', ({ dataset }) => {
      this.#replace(dataset.id, () => dataset);
      if (dataset.state === 'fetched' && dataset.progress === undefined) onReady();
    });
    client.on('dataset-failed', ({ id, error }) => {
      this.#setError(id, error);
    });
  }

  find(id: string): DatasetOverview | undefined {
    return this.list.value?.find((dataset) => dataset.id === id);
  }

  /** Why the last attempt to fetch the dataset failed. */
  errorOf(id: string): ErrorReport | undefined {
    return this.#errors.get(id);
  }

  async fetch(id: string): Promise<void> {
    this.#setError(id, undefined);
    await this.#try(id, () => this.#client.call('dataset.fetch', { id }));
  }

  /** Adds a dataset from a file or folder that the user already has. */
  async add(id: string, path: string): Promise<void> {
    this.#setError(id, undefined);
    await this.#try(id, () => this.#client.call('dataset.add', { id, paths: [path] }));
  }

  async stop(id: string): Promise<void> {
    await this.#try(id, () => this.#client.call('dataset.stop', { id }));
  }

  async #try(id: string, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#setError(id, reportOf(error));
    }
  }

  #setError(id: string, error: ErrorReport | undefined): void {
    const errors = new Map(this.#errors);
    errors.delete(id);
    if (error) errors.set(id, error);
    this.#errors = errors;
  }

  #replace(id: string, change: (dataset: DatasetOverview) => DatasetOverview): void {
    const { value } = this.list;
    if (!value) return;
    this.list.set(value.map((dataset) => (dataset.id === id ? change(dataset) : dataset)));
  }
}
