/** The merge or the export of bundles that one form has asked for, and how far it is. */
import type { Client } from '../../../shared/contract/client.ts';
import type { BundleProgress } from '../../../shared/contract/records/bundles.ts';
import type { ShownProgress } from './bundle-progress.ts';

/** What work with bundles goes by. */
export interface BundleWork {
  /** The id that the workbench knows it by. */
  readonly task: string;
  /** Ends what this window does of it. */
  readonly signal: AbortSignal;
  onProgress(progress: ShownProgress): void;
}

export class BundleTask {
  readonly #client: Client;
  #own = $state.raw<{ readonly task: string; readonly stopping: AbortController }>();
  #ownProgress = $state.raw<ShownProgress>();
  /** What another form or window has asked for, or this one before it was reloaded. */
  #other = $state.raw<{ readonly task: string; readonly progress: BundleProgress }>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Whether this form has asked for something that has not ended. */
  get isRunning(): boolean {
    return this.#own !== undefined;
  }

  /** Its own; while it has none, that of others. */
  get progress(): ShownProgress | undefined {
    return this.isRunning ? this.#ownProgress : this.#other?.progress;
  }

  /** Follows the progress. @returns a function that stops. */
  follow(): () => void {
    return this.#client.onEvent((event) => {
      if (event.type === 'bundle-progress') this.#take(event.task, event.progress);
      // Nobody will say that it has ended. If it goes on, its progress is told again.
      if (event.type === 'workbench-lost') this.#other = undefined;
    });
  }

  /** One at a time. */
  async run<Value>(work: (options: BundleWork) => Promise<Value>): Promise<Value> {
    const stopping = new AbortController();
    const task = crypto.randomUUID();
    this.#own = { task, stopping };
    try {
      return await work({
        task,
        signal: stopping.signal,
        onProgress: (progress) => {
          this.#ownProgress = progress;
        },
      });
    } finally {
      this.#own = undefined;
      this.#ownProgress = undefined;
    }
  }

  /** Ends what this form has asked for, here and in the workbench, and nothing else. */
  stop(): void {
    if (!this.#own) return;
    this.#own.stopping.abort();
    // It fails only without a connection, and then nothing of it runs.
    this.#client.call('bundle.stop', { task: this.#own.task }).catch(() => undefined);
  }

  #take(task: string, progress: BundleProgress | undefined): void {
    if (task === this.#own?.task) this.#ownProgress = progress;
    else if (progress && progress.what !== 'waiting') this.#other = { task, progress };
    else if (task === this.#other?.task) this.#other = undefined;
  }
}
