/** Whether TensorFlow is set up, and the progress of its setup. */
import type { Client } from '../../shared/contract/client.ts';
import type { TensorFlowStatus } from '../../shared/contract/records/tensorflow.ts';
import { Resource } from './resource.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';

export class TensorFlow {
  readonly status: Resource<TensorFlowStatus>;
  #client: Client;
  #toasts: Pick<Toasts, 'error'>;

  constructor(client: Client, toasts: Pick<Toasts, 'error'>) {
    this.#client = client;
    this.#toasts = toasts;
    this.status = new Resource(() => client.call('tensorflow.status'));
    client.on('tensorflow-changed', ({ status }) => {
      this.status.set(status);
    });
  }

  /** Whether it is known that nothing can train on the dense engine. */
  get isMissing(): boolean {
    const { value } = this.status;
    return value !== undefined && value.state !== 'installed';
  }

  /** The fraction (0..1) of the running step; undefined if its size is unknown. */
  get fraction(): number | undefined {
    const { bytes, totalBytes } = this.status.value?.progress ?? {};
    if (bytes === undefined || totalBytes === undefined || totalBytes === 0) return undefined;
    return Math.min(1, bytes / totalBytes);
  }

  /** Whether a download was begun and can be continued. */
  get isPaused(): boolean {
    const { value } = this.status;
    return value !== undefined && value.progress === undefined && value.needs.downloadedBytes > 0;
  }

  start(): Promise<void> {
    return this.#do(() => this.#client.call('tensorflow.start'));
  }

  pause(): Promise<void> {
    return this.#do(() => this.#client.call('tensorflow.pause'));
  }

  cancel(): Promise<void> {
    return this.#do(() => this.#client.call('tensorflow.cancel'));
  }

  /** @param path only where the host has no dialog that asks for it. */
  use(kind: 'file' | 'folder', path?: string): Promise<void> {
    return this.#do(() =>
      this.#client.call('tensorflow.use', { kind, ...(path === undefined ? {} : { path }) }),
    );
  }

  async #do(action: () => Promise<TensorFlowStatus>): Promise<void> {
    try {
      this.status.set(await action());
    } catch (error) {
      this.#toasts.error(error);
    }
  }
}
