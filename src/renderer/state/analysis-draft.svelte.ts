/** The analysis that a user is configuring for an existing search. */
import type { Json, JsonObject } from '../../shared/contract/json.ts';
import type { Catalog, CatalogEntry, JsonSchema } from '../../shared/contract/records/catalog.ts';
import { withValueAt } from '../forms/settings-tree.ts';
import type { FormOwner, RejectedText } from '../forms/form-owner.ts';

export class AnalysisDraft implements FormOwner {
  readonly completed = undefined;
  readonly layers = [];
  readonly prunableLayers = [];
  readonly sweep = undefined;
  #catalog: () => Catalog | undefined;
  #id = $state<string>();
  #settings = $state.raw<JsonObject>({});
  #rejectedTexts = $state.raw<ReadonlyMap<string, RejectedText>>(new Map());

  constructor(catalog: () => Catalog | undefined) {
    this.#catalog = catalog;
  }

  get entries(): readonly CatalogEntry[] {
    return this.#catalog()?.analyses ?? [];
  }

  get entry(): CatalogEntry | undefined {
    return this.entries.find(({ id }) => id === this.#id) ?? this.entries[0];
  }

  get schema(): JsonSchema | undefined {
    return this.entry?.settings;
  }

  get settings(): JsonObject {
    return this.#settings;
  }

  /** Unknown: converting epochs needs the size of the search's dataset. */
  readonly resolved = undefined;

  get isValid(): boolean {
    return this.entry !== undefined && this.#rejectedTexts.size === 0;
  }

  /** The input of `search.analyse`; settings that were left out have their defaults. */
  get choice(): JsonObject | undefined {
    return this.entry && { ...this.#settings, id: this.entry.id };
  }

  /** Chooses another analysis and resets the settings to its defaults. */
  choose(id: string): void {
    this.#id = id;
    this.#settings = {};
    this.#rejectedTexts = new Map();
  }

  /** An analysis starts from defaults; nothing of it is marked as changed. */
  changeAt(): undefined {
    return undefined;
  }

  problemAt(path: string): string | undefined {
    return this.#rejectedTexts.get(path)?.problem;
  }

  change(path: string, value: Json | undefined): void {
    this.#settings = withValueAt(this.#settings, path, value);
    const left = new Map(this.#rejectedTexts);
    left.delete(path);
    this.#rejectedTexts = left;
  }

  rejectText(path: string, rejected: RejectedText): void {
    this.#rejectedTexts = new Map(this.#rejectedTexts).set(path, rejected);
  }

  rejectedTextAt(path: string): string | undefined {
    return this.#rejectedTexts.get(path)?.text;
  }

  /** An analysis chooses no dataset. */
  exampleShapeOf(): undefined {
    return undefined;
  }
}
