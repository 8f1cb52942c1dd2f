/** The settings that a form was filled with, and what is different now. */
import type { Json, JsonObject } from '../../shared/contract/json.ts';
import { differences, sameJson, valueAt } from '../forms/settings-tree.ts';
import type { PreferenceStore } from './preferences.svelte.ts';

export class DraftBase {
  #preferences: Pick<PreferenceStore, 'get' | 'set'>;
  /** A preset, a clone or an import; undefined if that is not known. */
  #settings = $state.raw<JsonObject>();

  constructor(preferences: Pick<PreferenceStore, 'get' | 'set'>) {
    this.#preferences = preferences;
  }

  /** Takes what was kept over a reload. */
  restore(): void {
    this.#settings = this.#preferences.get('draftBase') ?? undefined;
  }

  take(settings: JsonObject): void {
    this.#settings = settings;
    this.#preferences.set('draftBase', settings);
  }

  /** What was at the path, if another value is there now. */
  changeAt(now: Json | undefined, path: string): { readonly before: Json | undefined } | undefined {
    if (!this.#settings) return undefined;
    const before = valueAt(this.#settings, path);
    return sameJson(before, valueAt(now, path)) ? undefined : { before };
  }

  /** The paths of all values that are others now. */
  changesIn(now: Json | undefined): readonly string[] {
    return this.#settings ? differences(this.#settings, now) : [];
  }
}
