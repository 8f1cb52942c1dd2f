/**
 * The learning curves that are on screen: asked for as they are seen, then grown by events. Of long ones the
 * workbench sends what can be drawn, and they are asked for again when another part of them is seen.
 */
import type { CurvesLook, IterationRange } from '../../shared/charts/curve-thinning.ts';
import { columnsOfCurves } from '../../shared/charts/draw-budget.ts';
import type { Client } from '../../shared/contract/client.ts';
import type { SearchEvent } from '../../shared/contract/events.ts';
import type { TrainingKey } from '../../shared/domain/training.ts';
import { CurveSet, type GrowingCurve } from './curves.ts';
import { throttled } from './timing.ts';

/** Charts are redrawn at most this often while curves grow; nobody reads faster. */
const DRAW_EVERY_MILLISECONDS = 150;
/** What another process trains is read again at most this often. */
const RELOAD_EVERY_MILLISECONDS = 2000;

/** Levels of a search. */
export interface WantedCurves {
  readonly id: string;
  /** Undefined: all branches. */
  readonly branch: string | undefined;
  readonly levels: readonly number[];
  /** How many lines they are. */
  readonly lines: number;
}

export type CurvesById = ReadonlyMap<string, readonly GrowingCurve[]>;

/** How a place was asked for that looks the same however it is seen. */
const WHOLE = 'whole';

export class ShownCurves {
  readonly #client: Client;
  readonly #sets = new Map<string, CurveSet>();
  /** How each place (search, branch, level) was asked for: a look, or `WHOLE`. */
  #asked = new Map<string, string>();
  #wanted: readonly WantedCurves[] = [];
  #look: CurvesLook | undefined;
  /** Whether something else is wanted than when the running calls were made. */
  #isChanged = false;
  #areLoading = $state(false);
  /** A new map whenever the curves must be redrawn. */
  #drawn = $state.raw<CurvesById>(new Map());
  readonly #unsubscribe: () => void;
  readonly #draw = throttled(() => {
    this.#drawNow();
  }, DRAW_EVERY_MILLISECONDS);
  readonly #reload = throttled(() => {
    this.#asked = new Map();
    this.#ask();
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
    return this.#areLoading;
  }

  /**
   * Asks for what is not there yet, or not as it is seen. What was loaded before stays, for when it is shown
   * again. While an answer is on its way, only the last wish is remembered.
   */
  want(wanted: readonly WantedCurves[], look: CurvesLook): void {
    this.#wanted = wanted;
    this.#look = look;
    this.#ask();
  }

  /** Every evaluation of what is shown, within the range. */
  async withEveryEvaluation(range: IterationRange | undefined): Promise<CurvesById> {
    const sets = new Map<string, CurveSet>();
    await Promise.all(
      this.#wanted.map(async ({ id, branch, levels }) => {
        const curves = await this.#client.call('search.curves', {
          id,
          levels: [...levels],
          ...(branch !== undefined && { branch }),
          ...(range && { range }),
        });
        const set = sets.get(id) ?? new CurveSet();
        sets.set(id, set);
        set.add(curves);
      }),
    );
    return new Map([...sets].map(([id, set]) => [id, set.all]));
  }

  close(): void {
    this.#wanted = [];
    this.#unsubscribe();
    this.#draw.cancel();
    this.#reload.cancel();
  }

  #ask(): void {
    this.#isChanged = this.#areLoading;
    if (!this.#look || this.#areLoading) return;
    const look = this.#look;
    const lines = this.#wanted.reduce((sum, wanted) => sum + wanted.lines, 0);
    const drawn = { ...look, columns: columnsOfCurves(lines, look) };
    const name = JSON.stringify(drawn);
    const missing = this.#wanted
      .map((wanted) => ({
        ...wanted,
        levels: wanted.levels.filter((level) => {
          const asked = this.#asked.get(placeOf(wanted, level));
          return asked !== WHOLE && asked !== name;
        }),
      }))
      .filter(({ levels }) => levels.length > 0);
    if (missing.length > 0) void this.#load(missing, drawn, name);
  }

  async #load(missing: readonly WantedCurves[], look: CurvesLook, name: string): Promise<void> {
    this.#areLoading = true;
    await Promise.all(missing.map((wanted) => this.#loadOne(wanted, look, name)));
    this.#areLoading = false;
    this.#drawNow();
    if (this.#isChanged) this.#ask();
  }

  async #loadOne(wanted: WantedCurves, look: CurvesLook, name: string): Promise<void> {
    const { id, branch, levels } = wanted;
    const { range, ...drawn } = look;
    // Marked before the answer, which events are added to.
    this.#mark(wanted, name);
    const asked = this.#asked;
    try {
      const curves = await this.#client.call('search.curves', {
        id,
        levels: [...levels],
        drawn,
        ...(branch !== undefined && { branch }),
        ...(range && { range }),
      });
      // After a change of the history, this is asked for again: the answer may be of before it.
      const isCurrent = this.#asked === asked;
      if (isCurrent && curves.every(({ isWhole }) => isWhole)) this.#mark(wanted, WHOLE);
      this.#setOf(id).add(curves);
    } catch {
      // The view says so where a search is gone. Otherwise it is asked for again.
      for (const level of levels) this.#asked.delete(placeOf(wanted, level));
    }
  }

  #mark(wanted: WantedCurves, name: string): void {
    for (const level of wanted.levels) this.#asked.set(placeOf(wanted, level), name);
  }

  #drawNow(): void {
    this.#draw.cancel();
    this.#drawn = new Map([...this.#sets].map(([id, set]) => [id, [...set.all]]));
  }

  #hear(id: string, event: SearchEvent): void {
    switch (event.type) {
      case 'training-started':
        if (this.#isAsked(id, event.key)) this.#setOf(id).restart(event.key);
        break;
      case 'evaluation':
        if (!this.#isAsked(id, event.key)) return;
        this.#setOf(id).append(event.key, event.evaluation);
        break;
      case 'training-finished':
        if (!this.#isAsked(id, event.key)) return;
        this.#setOf(id).finish(event.key, event.density);
        break;
      default:
        return;
    }
    this.#draw.request();
  }

  #isAsked(id: string, { branch, level }: TrainingKey): boolean {
    return [branch, undefined].some((each) =>
      this.#asked.has(placeOf({ id, branch: each }, level)),
    );
  }

  #setOf(id: string): CurveSet {
    const known = this.#sets.get(id);
    if (known) return known;
    const set = new CurveSet();
    this.#sets.set(id, set);
    return set;
  }
}

/** The name of a branch has no slash. */
function placeOf({ id, branch = '' }: Pick<WantedCurves, 'id' | 'branch'>, level: number): string {
  return `${id}/${branch}/${level}`;
}
