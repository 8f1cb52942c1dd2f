/** The settings being edited in New search, checked as they change. */
import type { Json, JsonObject } from '../../shared/contract/json.ts';
import type { SettingsProblem } from '../../shared/contract/errors.ts';
import type { JsonSchema } from '../../shared/contract/records/catalog.ts';
import type {
  CostEstimate,
  PlannedLayer,
  SettingsSummary,
  SweepCheck,
  SweepPlan,
} from '../../shared/contract/records/planning.ts';
import { type ErrorReport, reportOf } from '../../shared/contract/errors.ts';
import type { WrittenSettings } from '../../shared/domain/settings.ts';
import { asJson, isObject, textOf, withValueAt } from '../forms/settings-tree.ts';
import type { FormOwner, SweepTexts } from '../forms/form-owner.ts';
import { chooseEntryAt, entriesAt, settingsSchemaFor } from '../forms/groups.ts';
import { schemaAt } from '../forms/settings-schema.ts';
import { sweepDraftOf } from '../forms/sweep-text.ts';
import type { SharedState } from './shared-state.ts';
import { debounced } from './timing.ts';

const CHECK_AFTER_MILLISECONDS = 150;

export class Draft implements FormOwner {
  #app: SharedState;
  #name = $state('');
  #workers = $state<number>();
  #settings = $state.raw<JsonObject>();
  /** What the workbench's check found. */
  #problems = $state.raw<readonly SettingsProblem[]>([]);
  /** Problems of texts that can't be read, by path. */
  #textProblems = $state.raw<ReadonlyMap<string, string>>(new Map());
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

  readonly sweep: SweepTexts = {
    textAt: (path) => this.#sweepTexts.get(path),
    set: (path, text, edited = path) => {
      this.#clearTextProblem(edited);
      // The settings of a single entry mean nothing when several entries are swept.
      const texts = new Map(
        [...this.#sweepTexts].filter(([other]) => !other.startsWith(`${path}.`)),
      );
      if (text === undefined) texts.delete(path);
      else texts.set(path, text);
      this.#setSweep(texts);
    },
  };

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
    const texts = [...this.#textProblems].map(([path, message]) => ({ path, message }));
    return [...texts, ...this.#problems.filter(({ path }) => !this.#textProblems.has(path))];
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
      this.#set(left);
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
    this.#startOver();
    this.name = name;
    this.#set(asJson(settings));
  }

  /** @param value `undefined` removes the setting, which then takes its default. */
  change(path: string, value: Json | undefined): void {
    if (!this.#settings) return;
    this.#clearTextProblem(path);
    const catalog = this.#app.catalog.value;
    const isEntry = catalog && entriesAt(path, catalog).length > 0;
    this.#set(
      isEntry
        ? chooseEntryAt(this.#settings, path, textOf(value), catalog)
        : withValueAt(this.#settings, path, value),
    );
  }

  /** Reports a text that can't be read. It stays in its field, and the settings don't change. */
  rejectText(path: string, problem: string): void {
    this.#textProblems = new Map(this.#textProblems).set(path, problem);
  }

  /** @throws WorkbenchError `invalid-settings` naming what is wrong with them. */
  async import(settings: JsonObject): Promise<void> {
    const resolved = await this.#app.client.call('settings.resolve', { settings });
    if (resolved.valid) {
      this.take(resolved.settings, this.#name);
      return;
    }
    // Show them with their problems, so that the user can fix them here.
    this.#startOver();
    this.#set({ ...this.#settings, ...settings });
  }

  async command(): Promise<string | undefined> {
    if (!this.#settings) return undefined;
    const name = this.#name.trim();
    return this.#app.client.call(
      'settings.command',
      name === '' ? { settings: this.#settings } : { settings: this.#settings, name },
    );
  }

  async calibrate(): Promise<void> {
    if (!this.#settings) return;
    const [settings, texts] = [this.#settings, this.#sweepTexts];
    const draft = this.isSweep ? this.#sweepDraft() : undefined;
    if (draft && 'problems' in draft) return;
    this.#isCalibrating = true;
    try {
      const estimate = await this.#app.client.call('estimate.calibrate', {
        settings,
        ...draft,
        ...this.#workersInput(),
      });
      if (settings === this.#settings && texts === this.#sweepTexts) this.#takeEstimate(estimate);
    } catch (error) {
      this.#app.toasts.error(error);
    }
    this.#isCalibrating = false;
  }

  async launch(): Promise<void> {
    if (this.isValid) await (this.isSweep ? this.#launchSweep() : this.#launchNow());
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
    if (!this.#settings || this.#isLaunching) return;
    this.#isLaunching = true;
    try {
      const row = await this.#app.client.call('search.launch', {
        settings: this.#settings,
        name: this.#name.trim() === '' ? this.#defaultName() : this.#name.trim(),
        ...this.#workersInput(),
      });
      this.#app.preferences.set('hasStarted', true);
      this.#app.router.go({ view: 'live', id: row.id });
    } catch (error) {
      this.#app.toasts.error(error);
    }
    this.#isLaunching = false;
  }

  async #launchSweep(): Promise<void> {
    const sweep = this.#sweepDraft();
    if (!this.#settings || !('sweep' in sweep) || this.#isLaunching) return;
    this.#isLaunching = true;
    try {
      const { row } = await this.#app.client.call('sweep.launch', {
        settings: this.#settings,
        sweep: sweep.sweep,
        name: this.#name.trim() === '' ? this.#defaultName() : this.#name.trim(),
        ...this.#workersInput(),
      });
      this.#app.preferences.set('hasStarted', true);
      this.#app.router.go({ view: 'sweep', id: row.id });
    } catch (error) {
      this.#app.toasts.error(error);
    }
    this.#isLaunching = false;
  }

  #setSweep(texts: ReadonlyMap<string, string>): void {
    this.#sweepTexts = texts;
    this.#app.preferences.set('draftSweep', Object.fromEntries(texts));
    this.#isChecking = true;
    this.#check.request();
  }

  #defaultName(): string {
    const idOf = (value: Json | undefined) => (isObject(value) ? textOf(value['id']) : '');
    return `${idOf(this.#settings?.['architecture'])} on ${idOf(this.#settings?.['dataset'])}`;
  }

  #workersInput(): { workers?: number } {
    return this.#workers === undefined ? {} : { workers: this.#workers };
  }

  #set(settings: JsonObject): void {
    this.#settings = settings;
    this.#app.preferences.set('draft', settings);
    this.#isChecking = true;
    this.#check.request();
  }

  #startOver(): void {
    this.#textProblems = new Map();
    this.#setSweep(new Map());
    this.#generation += 1;
  }

  #clearTextProblem(path: string): void {
    if (![...this.#textProblems.keys()].some((key) => key === path || key.startsWith(`${path}.`)))
      return;
    this.#textProblems = new Map(
      [...this.#textProblems].filter(([key]) => key !== path && !key.startsWith(`${path}.`)),
    );
  }

  #takeEstimate(estimate: CostEstimate): void {
    if (this.sweepPlan) this.#sweepPlan = { ...this.sweepPlan, estimate };
    else if (this.#summary) this.#summary = { ...this.#summary, estimate };
  }

  async #checkNow(): Promise<void> {
    const settings = this.#settings;
    if (!settings) return;
    this.#asked += 1;
    const asked = this.#asked;
    this.#isChecking = true;
    const { client } = this.#app;
    try {
      const sweep = this.isSweep ? await this.#checkSweep(settings) : undefined;
      const check = sweep ?? (await client.call('settings.validate', { settings }));
      // Without the values of the sweep, the settings need not be valid.
      const shown = sweep?.valid === true ? asJson(sweep.plan.first) : settings;
      const summary = check.valid
        ? await client.call('settings.summary', { settings: shown, ...this.#workersInput() })
        : undefined;
      if (asked !== this.#asked) return;
      this.#problems = check.valid ? [] : check.problems.map(withoutPath);
      if (sweep?.valid === true) this.#sweepPlan = sweep.plan;
      this.#summary = summary ?? this.#summary;
      this.#error = undefined;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#error = reportOf(error);
    }
    this.#isChecking = false;
  }

  #sweepDraft(): ReturnType<typeof sweepDraftOf> {
    const { schema } = this;
    return sweepDraftOf(this.#sweepTexts, (path) =>
      schema ? schemaAt(schema, this.#settings, path) : undefined,
    );
  }

  async #checkSweep(settings: JsonObject): Promise<SweepCheck> {
    const draft = this.#sweepDraft();
    if ('problems' in draft) return { valid: false, problems: draft.problems };
    return this.#app.client.call('sweep.plan', {
      settings,
      sweep: draft.sweep,
      ...this.#workersInput(),
    });
  }
}

/** Drops the path from a problem's message, which is shown next to the field. */
function withoutPath({ path, message }: SettingsProblem): SettingsProblem {
  return {
    path,
    message: message.startsWith(`${path} `) ? message.slice(path.length + 1) : message,
  };
}
