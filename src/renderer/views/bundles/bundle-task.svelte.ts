/** The merge or the export of bundles that one form has asked for, and how far it is. */
import type { Client } from '../../../shared/contract/client.ts';
import type { BundleProgress } from '../../../shared/contract/records/bundles.ts';
import type { ShownProgress } from './bundle-progress.ts';
import { abortTask, beginTask, endTask, isOfThisWindow, type WindowTask } from './bundle-window.ts';

/** What work with bundles goes by. */
export interface BundleWork extends WindowTask {
  onProgress(progress: ShownProgress): void;
}

export class BundleTask {
  readonly #client: Client;
  /** The id of its own. */
  #own = $state.raw<string>();
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

  /** Whether what is shown was begun in this window, by this form or before the window was reloaded. */
  get canStop(): boolean {
    return this.isRunning || (this.#other !== undefined && isOfThisWindow(this.#other.task));
  }

  /** Follows the progress. @returns a function that stops. */
  follow(): () => void {
    const unfollow = this.#client.onEvent((event) => {
      if (event.type === 'bundle-progress') this.#take(event.task, event.progress);
      // Nobody will say that it has ended.
      if (event.type === 'workbench-lost') this.#other = undefined;
      if (event.type === 'workbench-restarted') void this.#findRunning();
    });
    void this.#findRunning();
    return unfollow;
  }

  /** One at a time. */
  async run<Value>(work: (options: BundleWork) => Promise<Value>): Promise<Value> {
    const begun = beginTask();
    this.#own = begun.task;
    try {
      return await work({
        ...begun,
        onProgress: (progress) => {
          this.#ownProgress = progress;
        },
      });
    } finally {
      endTask(begun.task);
      this.#own = undefined;
      this.#ownProgress = undefined;
    }
  }

  /** Ends what this window has begun, here and in the workbench, and nothing else. */
  stop(): void {
    const task = this.#own ?? this.#other?.task;
    if (!this.canStop || task === undefined) return;
    abortTask(task);
    // It fails only without a connection, and then nothing of it runs.
    this.#client.call('bundle.stop', { task }).catch(() => undefined);
  }

  /** What was begun before this form was there. */
  async #findRunning(): Promise<void> {
    // Without a connection, it is asked again when there is one.
    const running = await this.#client.call('bundle.running', {}).catch(() => []);
    for (const { task, progress } of running) this.#take(task, progress);
  }

  #take(task: string, progress: BundleProgress | undefined): void {
    if (task === this.#own) this.#ownProgress = progress;
    else if (task === this.#other?.task) this.#other = progress && { task, progress };
    else if (progress && this.#isShown(task, progress)) this.#other = { task, progress };
  }

  /** What this window has begun stays until it ends, also while it waits; of others, the one whose turn it is. */
  #isShown(task: string, { what }: BundleProgress): boolean {
    if (this.#other !== undefined && isOfThisWindow(this.#other.task)) return false;
    return isOfThisWindow(task) || what !== 'waiting';
  }
}
