/** Whose settings the fields of a form show and change: a draft of a search, or of an analysis. */
import { createContext } from 'svelte';
import type { Json, JsonObject } from '../../shared/contract/json.ts';
import type { JsonSchema, PlannedLayer } from '../../shared/contract/records.ts';

export interface FormOwner {
  readonly settings: JsonObject | undefined;
  /** The schema of these very settings; undefined until the catalog is there. */
  readonly schema: JsonSchema | undefined;
  /** With every default filled in, where that is known. */
  readonly completed: Json | undefined;
  /** The same with epochs as iterations, where the dataset is known. */
  readonly resolved: Json | undefined;
  readonly layers: readonly PlannedLayer[];
  problemAt(path: string): string | undefined;
  /** @param value `undefined` takes the setting away, which leaves it to its default. */
  change(path: string, value: Json | undefined): void;
  /** A text that means nothing stays in its field; the settings stay as they were. */
  rejectText(path: string, problem: string): void;
  /** Where several values can be given, one search for each. */
  readonly sweep: SweepTexts | undefined;
}

/** By path, the values that a setting takes one after the other, as text. */
export interface SweepTexts {
  textAt(path: string): string | undefined;
  /**
   * @param text `undefined` goes back to the setting's one value.
   * @param edited the field that was typed into, where it is a part of a value.
   */
  set(path: string, text: string | undefined, edited?: string): void;
}

export const [useForm, provideForm] = createContext<FormOwner>();
