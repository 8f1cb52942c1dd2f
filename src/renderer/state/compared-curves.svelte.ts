/** Learning curves of several searches: those that are shown, loaded level by level, then grown by events. */
import type { Client } from '../../shared/contract/client.ts';
import type { SearchEvent } from '../../shared/contract/events.ts';
import type { TrainingKey } from '../../shared/domain/training.ts';
import { CurveSet, type GrowingCurve } from './curves.ts';
import { throttled } from './timing.ts';

/** Charts are redrawn at most this often. */
const DRAW_EVERY_MILLISECONDS = 300;
/** What another process trains is read again at most this often. */
const RELOAD_EVERY_MILLISECONDS = 2000;

/** Levels of a branch of a search. */
export interface WantedCurves {
  readonly id: string;
  readonly branch: string;
  readonly levels: readonly number[];
}

export class ComparedCurves {
  readonly #client: Client;
  readonly #sets = new Map<string, CurveSet>();
  /** By search, branch and level: asked for, and not failed. */
  #loaded = new Set<string>();
  #wanted: readonly WantedCurves[] = [];
  #waiting = $state(0);
  /** A new map whenever the curves must be redrawn. */
  #drawn = $state.raw<ReadonlyMap<string, readonly GrowingCurve[]>>(new Map());
  readonly #unsubscribe: () => void;
  readonly #draw = throttled(() => {
    this.#drawn = new Map([...this.#sets].map(([id, set]) => [id, [...set.all]]));
  }, DRAW_EVERY_MILLISECONDS);
  readonly #reload = throttled(() => {
    this.#loaded = new Set();
    this.want(this.#wanted);
  }, RELOAD_EVERY_MILLISECONDS);

  constructor(client: Client) {
    this.#client = client;
    this.#unsubscribe = client.onEvent((event) => {
      if (event.type === 'search-event') this.#hear(event.id, event.event);
      const isElsewhere = event.type === 'history-changed' || event.type === 'workbench-restarted';
      if (isElsewhere) this.#reload.request();
    });
  }

  of(id: string): readonly GrowingCurve[] {
    return this.#drawn.get(id) ?? [];
  }

  get areLoading(): boolean {
    return this.#waiting > 0;
  }

  /** Loads what is not there yet. What was loaded before stays, for when it is ticked again. */
  want(wanted: readonly WantedCurves[]): void {
    this.#wanted = wanted;
    for (const { id, branch, levels } of wanted) {
      for (const level of levels) {
        const key = placeOf(id, branch, level);
        if (this.#loaded.has(key)) continue;
        this.#loaded.add(key);
        void this.#load(id, branch, level);
      }
    }
  }

  close(): void {
    this.#unsubscribe();
    this.#draw.cancel();
    this.#reload.cancel();
  }

  async #load(id: string, branch: string, level: number): Promise<void> {
    this.#waiting += 1;
    try {
      const curves = await this.#client.call('search.curves', { id, branch, levels: [level] });
      this.#setOf(id).add(curves);
      this.#draw.request();
    } catch {
      // The view says so where a search is gone. Otherwise it is asked for again.
      this.#loaded.delete(placeOf(id, branch, level));
    }
    this.#waiting -= 1;
  }

  #hear(id: string, event: SearchEvent): void {
    switch (event.type) {
      case 'training-started':
        if (this.#isLoaded(id, event.key)) this.#setOf(id).restart(event.key);
        break;
      case 'evaluation':
        if (!this.#isLoaded(id, event.key)) return;
        this.#setOf(id).append(event.key, event.evaluation);
        break;
      case 'training-finished':
        if (!this.#isLoaded(id, event.key)) return;
        this.#setOf(id).finish(event.key, event.density);
        break;
      default:
        return;
    }
    this.#draw.request();
  }

  #isLoaded(id: string, { branch, level }: TrainingKey): boolean {
    return this.#loaded.has(placeOf(id, branch, level));
  }

  #setOf(id: string): CurveSet {
    const known = this.#sets.get(id);
    if (known) return known;
    const set = new CurveSet();
    this.#sets.set(id, set);
    return set;
  }
}

function placeOf(id: string, branch: string, level: number): string {
  return `${id}/${branch}/${level}`;
}
