/** Tracks what is running, for the task bar, power saving and notifications. */
import type { WorkbenchEvent } from '../../../shared/contract/events.ts';
import type { LiveSearch } from '../../../shared/contract/records/live.ts';
import type { SearchRow } from '../../../shared/contract/records/search-rows.ts';

export interface Progress {
  /** The mean over all running searches, 0..1. */
  readonly fraction: number;
  readonly isPaused: boolean;
}

export class Activity {
  readonly #live = new Map<string, LiveSearch>();
  /** Searches that have run in this process and have not ended. */
  readonly #begun = new Set<string>();

  /** @returns the search that has just finished or failed, if any. */
  take(event: WorkbenchEvent): SearchRow | undefined {
    switch (event.type) {
      case 'search-live':
        if (event.live === undefined) this.#live.delete(event.id);
        else this.#live.set(event.id, event.live);
        if (event.live !== undefined) this.#begun.add(event.id);
        return undefined;
      case 'search-changed': {
        const { id, state } = event.row;
        const isOver = state === 'finished' || state === 'failed';
        return isOver && this.#begun.delete(id) ? event.row : undefined;
      }
      case 'workbench-lost':
        this.#live.clear();
        return undefined;
      default:
        return undefined;
    }
  }

  get runningCount(): number {
    return this.#live.size;
  }

  /** The ids of the running searches. */
  get running(): readonly string[] {
    return [...this.#live.keys()];
  }

  /** Whether the machine should stay awake. It may sleep while all searches are paused. */
  get isTraining(): boolean {
    return [...this.#live.values()].some(({ isPaused }) => !isPaused);
  }

  /** Undefined while nothing runs. */
  get progress(): Progress | undefined {
    const live = [...this.#live.values()];
    if (live.length === 0) return undefined;
    const fraction = live.reduce((sum, search) => sum + search.fraction, 0) / live.length;
    return { fraction, isPaused: !this.isTraining };
  }
}
