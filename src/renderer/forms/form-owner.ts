/** What the fields of a form show and change: the draft of a search or of an analysis. */
import { createContext } from 'svelte';
import type { Json, JsonObject } from '../../shared/contract/json.ts';
import type { JsonSchema } from '../../shared/contract/records/catalog.ts';
import type { PlannedLayer } from '../../shared/contract/records/planning.ts';

export interface FormOwner {
  readonly settings: JsonObject | undefined;
  /** The schema of the current settings; undefined until the catalog has loaded. */
  readonly schema: JsonSchema | undefined;
  /** The settings with every default filled in, if known. */
  readonly completed: Json | undefined;
  /** The completed settings with epochs as iterations, if the dataset is known. */
  readonly resolved: Json | undefined;
  readonly layers: readonly PlannedLayer[];
  /** The names of the layers with prunable weights, if they are known. */
  readonly prunableLayers: readonly string[];
  /** What the setting was when the form was filled in, if it is another value now. */
  changeAt(path: string): { readonly before: Json | undefined } | undefined;
  problemAt(path: string): string | undefined;
  /**
   * @param value `undefined` removes the setting, which then takes its default.
   * @param edited the path of the field that was typed into, if it is only a part of the value.
   */
  change(path: string, value: Json | undefined, edited?: string): void;
  /** Keeps a text that can't be read for its field, and reports it. The settings don't change. */
  rejectText(path: string, rejected: RejectedText): void;
  /** The text of a field that can't be read, which the field shows again when it comes back. */
  rejectedTextAt(path: string): string | undefined;
  /** The shape of an example of this dataset; undefined if it is not known. */
  exampleShapeOf(dataset: string): readonly number[] | undefined;
  /** Undefined if the form does not offer sweeps. */
  readonly sweep: SweepTexts | undefined;
}

/** A text that can't be read, and why. */
export interface RejectedText {
  readonly text: string;
  readonly problem: string;
}

/** The values of swept settings, as text, by path. */
export interface SweepTexts {
  textAt(path: string): string | undefined;
  /**
   * @param text `undefined` returns to a single value.
   * @param edited the path of the field that was typed into, if it is only a part of a value.
   */
  set(path: string, text: string | undefined, edited?: string): void;
}

export const [useForm, provideForm] = createContext<FormOwner>();
