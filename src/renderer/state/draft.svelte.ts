/** The settings being edited in New search, checked as they change. */
import type { Json, JsonObject } from '../../shared/contract/json.ts';
import type { JsonSchema } from '../../shared/contract/records/catalog.ts';
import type {
  CostEstimate,
  PlannedLayer,
  SettingsSummary,
  SweepPlan,
} from '../../shared/contract/records/planning.ts';
import { type ErrorReport, reportOf, type SettingsProblem } from '../../shared/contract/errors.ts';
import type { WrittenSettings } from '../../shared/domain/settings.ts';
import type { ImportedSettings } from '../forms/settings-text.ts';
import { asJson } from '../../shared/domain/settings-json.ts';
import { isObject, textOf, valueAt, withValueAt } from '../forms/settings-tree.ts';
import type { FormOwner, RejectedText, SweepTexts } from '../forms/form-owner.ts';
import { chooseEntryAt, entriesAt, settingsSchemaFor } from '../forms/groups.ts';
import { withoutPath } from '../forms/problem-text.ts';
import { schemaAt, withoutFilledIn } from '../forms/settings-schema.ts';
import { sweepDraftOf } from '../forms/sweep-text.ts';
import { DraftBase } from './draft-base.svelte.ts';
import {
  commandOf,
  type DraftContent,
  launchDraft,
  measuredCost,
  reviewDraft,
} from './draft-calls.ts';
import { RejectedTexts } from './rejected-texts.svelte.ts';
import type { SharedState } from './shared-state.ts';
import { debounced } from './timing.ts';

const CHECK_AFTER_MILLISECONDS = 150;

export class Draft implements FormOwner {
  #app: SharedState;
  #name = $state('');
  #workers = $state<number>();
  #settings = $state.raw<JsonObject>();
  #base: DraftBase;
  /** What the workbench's check found. */
  #problems = $state.raw<readonly SettingsProblem[]>([]);
  #rejectedTexts = new RejectedTexts();
  #summary = $state.raw<SettingsSummary>();
  /** The values of swept settings as they were typed, by path. */
  #sweepTexts = $state.raw<ReadonlyMap<string, string>>(new Map());
  #sweepPlan = $state.raw<SweepPlan>();
  #isChecking = $state(false);
  #isCalibrating = $state(false);
  #isLaunching = $state(false);
  #error = $state.raw<ErrorReport>();
  #generation = $state(0);
  #asked = 0;
  #check = debounced(() => {
    void this.#checkNow();
  }, CHECK_AFTER_MILLISECONDS);

  constructor(app: SharedState) {
    this.#app = app;
    this.#base = new DraftBase(app.preferences);
  }

  get settings(): JsonObject | undefined {
    return this.#settings;
  }

  /** Changes whenever all settings are replaced, so that fields start over. */
  get generation(): number {
    return this.#generation;
  }

  get name(): string {
    return this.#name;
  }

  set name(name: string) {
    this.#name = name;
    this.#app.preferences.set('draftName', name);
  }

  get workers(): number | undefined {
    return this.#workers;
  }

  set workers(workers: number | undefined) {
    this.#workers = workers;
    this.#check.request();
  }

  /** The summary of the last valid settings. It stays while the current settings are invalid. */
  get summary(): SettingsSummary | undefined {
    return this.#summary;
  }

  get schema(): JsonSchema | undefined {
    const catalog = this.#app.catalog.value;
    return catalog && settingsSchemaFor(catalog, this.#settings);
  }

  get completed(): Json | undefined {
    return this.#summary && asJson(this.#summary.written);
  }

  get resolved(): Json | undefined {
    return this.#summary && asJson(this.#summary.settings);
  }

  get layers(): readonly PlannedLayer[] {
    return this.#summary?.layers ?? [];
  }

  get prunableLayers(): readonly string[] {
    return [...new Set(this.#summary?.tensors.map(({ layer }) => layer))];
  }

  /** The shape of an example of the dataset that is chosen; undefined until it is known. */
  get exampleShape(): readonly number[] | undefined {
    return this.exampleShapeOf(textOf(valueAt(this.#settings, 'dataset.id')));
  }

  exampleShapeOf(dataset: string): readonly number[] | undefined {
    const isKnown = this.#summary?.written.dataset.id === dataset;
    return isKnown ? this.#summary?.exampleShape : undefined;
  }

  changeAt(path: string): { readonly before: Json | undefined } | undefined {
    return this.#base.changeAt(this.#settings, path);
  }

  /** The paths of all settings that have another value than at first, or are swept. */
  get changedPaths(): readonly string[] {
    return [...new Set([...this.#base.changesIn(this.#settings), ...this.#sweepTexts.keys()])];
  }

  readonly sweep: SweepTexts = {
    textAt: (path) => this.#sweepTexts.get(path),
    set: (path, text, edited = path) => {
      this.#rejectedTexts.forget(edited);
      // The settings of a single entry mean nothing when several entries are swept.
      const texts = new Map(
        [...this.#sweepTexts].filter(([other]) => !other.startsWith(`${path}.`)),
      );
      if (text === undefined) texts.delete(path);
      else texts.set(path, text);
      this.#setSweep(texts);
    },
  };

  /** The paths of all swept settings, with their values as text. */
  get sweptTexts(): ReadonlyMap<string, string> {
    return this.#sweepTexts;
  }

  get isSweep(): boolean {
    return this.#sweepTexts.size > 0;
  }

  /** The searches that the sweep would consist of, from the last valid settings. */
  get sweepPlan(): SweepPlan | undefined {
    return this.isSweep ? this.#sweepPlan : undefined;
  }

  /** The cost of the search, or of all searches of the sweep together. */
  get estimate(): CostEstimate | undefined {
    return this.isSweep ? this.sweepPlan?.estimate : this.#summary?.estimate;
  }

  get isChecking(): boolean {
    return this.#isChecking;
  }

  get isCalibrating(): boolean {
    return this.#isCalibrating;
  }

  get isLaunching(): boolean {
    return this.#isLaunching;
  }

  /** Set if the check itself failed. */
  get error(): ErrorReport | undefined {
    return this.#error;
  }

  get problems(): readonly SettingsProblem[] {
    const texts = this.#rejectedTexts;
    return [...texts.problems, ...this.#problems.filter(({ path }) => !texts.has(path))];
  }

  get isValid(): boolean {
    return (
      this.#settings !== undefined &&
      this.problems.length === 0 &&
      !this.#isChecking &&
      !this.#error
    );
  }

  problemAt(path: string): string | undefined {
    return this.problems.find((problem) => problem.path === path)?.message;
  }

  /** Opens the draft that was left unfinished, or else the quick preset. */
  async open(): Promise<void> {
    if (this.#settings) return;
    const left = this.#app.preferences.get('draft');
    if (left) {
      this.#name = this.#app.preferences.get('draftName');
      this.#sweepTexts = new Map(Object.entries(this.#app.preferences.get('draftSweep')));
      this.#base.restore();
      this.#set(left);
      this.#checkAtOnce();
      return;
    }
    await this.takePreset('quick');
  }

  async takePreset(id: string): Promise<void> {
    try {
      const presets = this.#app.presets.value ?? (await this.#app.client.call('presets'));
      const preset = presets.find((candidate) => candidate.id === id);
      if (preset) this.take(preset.settings, preset.label);
    } catch (error) {
      this.#error = reportOf(error);
    }
  }

  take(settings: WrittenSettings, name: string): void {
    this.name = name;
    this.#startWith(asJson(settings));
  }

  change(path: string, value: Json | undefined, edited = path): void {
    if (!this.#settings) return;
    this.#rejectedTexts.forget(edited);
    const catalog = this.#app.catalog.value;
    const isEntry = catalog && entriesAt(path, catalog).length > 0;
    this.#set(
      isEntry
        ? chooseEntryAt(this.#settings, path, textOf(value), catalog)
        : this.#withoutFilledIn(withValueAt(this.#settings, path, value), path),
    );
  }

  #withoutFilledIn(settings: JsonObject, path: string): JsonObject {
    return this.schema ? withoutFilledIn(settings, path, this.schema) : settings;
  }

  rejectText(path: string, rejected: RejectedText): void {
    this.#rejectedTexts.add(path, rejected);
  }

  rejectedTextAt(path: string): string | undefined {
    return this.#rejectedTexts.textAt(path);
  }

  /**
   * Takes settings over defaults, with their mistakes: these stay until they are mended here or dropped.
   *
   * @returns how many mistakes there are.
   */
  async import({ settings, sweep }: ImportedSettings): Promise<number> {
    const resolved = await this.#app.client.call('settings.resolve', { settings });
    this.#startWith(
      resolved.valid ? asJson(resolved.settings) : (resolved.given ?? settings),
      sweep,
    );
    if (resolved.valid) return 0;
    this.#problems = resolved.problems.map(withoutPath);
    return resolved.problems.length;
  }

  async command(): Promise<string | undefined> {
    const content = this.#content();
    return content && (await commandOf(this.#app.client, content, this.#name.trim()));
  }

  async calibrate(): Promise<void> {
    const content = this.#content();
    if (!content || (content.sweep && 'problems' in content.sweep)) return;
    const texts = this.#sweepTexts;
    this.#isCalibrating = true;
    try {
      const estimate = await measuredCost(this.#app.client, content);
      if (content.settings === this.#settings && texts === this.#sweepTexts) {
        this.#takeEstimate(estimate);
      }
    } catch (error) {
      this.#app.toasts.error(error);
    }
    this.#isCalibrating = false;
  }

  async launch(): Promise<void> {
    if (this.isValid) await this.#launchNow();
  }

  /** Checks unchanged settings again: a dataset that they need may have been fetched. */
  recheck(): void {
    if (this.#settings) this.#check.request();
  }

  /** Launches a preset unchanged, without opening its settings. */
  async launchPreset(id: string): Promise<void> {
    await this.takePreset(id);
    if (!this.#error) await this.#launchNow();
  }

  async #launchNow(): Promise<void> {
    const content = this.#content();
    if (!content || this.#isLaunching) return;
    const name = this.#name.trim() || this.#defaultName();
    this.#isLaunching = true;
    try {
      const route = await launchDraft(this.#app.client, content, name);
      this.#app.preferences.set('hasStarted', true);
      this.#app.router.go(route);
    } catch (error) {
      this.#app.toasts.error(error);
    }
    this.#isLaunching = false;
  }

  #setSweep(texts: ReadonlyMap<string, string>): void {
    this.#sweepTexts = texts;
    this.#app.preferences.set('draftSweep', Object.fromEntries(texts));
    this.#askAgain();
  }

  #defaultName(): string {
    const idOf = (value: Json | undefined) => (isObject(value) ? textOf(value['id']) : '');
    return `${idOf(this.#settings?.['architecture'])} on ${idOf(this.#settings?.['dataset'])}`;
  }

  /** Undefined until the form is filled. */
  #content(): DraftContent | undefined {
    const settings = this.#settings;
    if (!settings) return undefined;
    const { schema } = this;
    const schemaOf = (path: string) => schema && schemaAt(schema, settings, path);
    return {
      settings,
      sweep: this.isSweep ? sweepDraftOf(this.#sweepTexts, schemaOf) : undefined,
      ...(this.#workers === undefined ? {} : { workers: this.#workers }),
    };
  }

  #set(settings: JsonObject): void {
    this.#settings = settings;
    this.#app.preferences.set('draft', settings);
    this.#askAgain();
  }

  /** Checks what has changed. An answer that is still to come is about what was there before. */
  #askAgain(): void {
    this.#asked += 1;
    this.#isChecking = true;
    this.#check.request();
  }

  /** Replaces everything that was in the form. */
  #startWith(settings: JsonObject, sweep: Readonly<Record<string, string>> = {}): void {
    this.#rejectedTexts.clear();
    this.#setSweep(new Map(Object.entries(sweep)));
    this.#generation += 1;
    this.#base.take(settings);
    this.#set(settings);
    this.#checkAtOnce();
  }

  /** Nobody types: there is no next letter to wait for. */
  #checkAtOnce(): void {
    this.#check.cancel();
    void this.#checkNow();
  }

  #takeEstimate(estimate: CostEstimate): void {
    if (this.sweepPlan) this.#sweepPlan = { ...this.sweepPlan, estimate };
    else if (this.#summary) this.#summary = { ...this.#summary, estimate };
  }

  async #checkNow(): Promise<void> {
    const content = this.#content();
    if (!content) return;
    this.#asked += 1;
    const asked = this.#asked;
    this.#isChecking = true;
    try {
      const { problems, summary, plan } = await reviewDraft(this.#app.client, content);
      if (asked !== this.#asked) return;
      this.#problems = problems.map(withoutPath);
      this.#sweepPlan = plan ?? this.#sweepPlan;
      this.#summary = summary ?? this.#summary;
      this.#error = undefined;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#error = reportOf(error);
    }
    this.#isChecking = false;
  }
}
