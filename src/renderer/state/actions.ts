/** What users do to searches, from any view. Failures are shown as toasts. */
import type { CallInput } from '../../shared/contract/calls.ts';
import type { DownloadableFile } from '../../shared/contract/records/host.ts';
import type { StopMoment } from '../../shared/contract/records/live.ts';
import type { SearchRow } from '../../shared/contract/records/search-rows.ts';
import type { NextStep } from '../../shared/domain/advice.ts';
import type { ExtensionRequest } from '../../shared/domain/extension.ts';
import { SettingsError } from '../../shared/contract/errors.ts';
import { asJson } from '../../shared/domain/settings-json.ts';
import { formatAmount } from '../format.ts';
import type { Draft } from './draft.svelte.ts';
import { compareRoute } from './route.ts';
import type { SharedState } from './shared-state.ts';
import { UNDO } from './toasts.svelte.ts';

/** What actions change. */
interface ActionState extends SharedState {
  readonly draft: Pick<Draft, 'take'>;
}

interface TagChanges {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

export class Actions {
  #app: ActionState;

  constructor(app: ActionState) {
    this.#app = app;
  }

  pause(row: SearchRow): Promise<SearchRow | undefined> {
    return this.#try(() => this.#app.client.call('search.pause', { id: row.id }));
  }

  resume(row: SearchRow): Promise<SearchRow | undefined> {
    return this.#try(() => this.#app.client.call('search.resume', { id: row.id }));
  }

  async stop(row: SearchRow, when: StopMoment): Promise<SearchRow | undefined> {
    const stopped = await this.#try(() =>
      this.#app.client.call('search.stop', { id: row.id, when }),
    );
    if (stopped) {
      this.#app.toasts.info(
        when === 'now'
          ? `Stopping “${row.name}”; finished trainings are kept`
          : `“${row.name}” will stop when its running trainings finish`,
      );
    }
    return stopped;
  }

  /** Queues what is added, and shows it live. */
  async extend(row: SearchRow, extension: ExtensionRequest): Promise<SearchRow | undefined> {
    const extended = await this.#try(() =>
      this.#app.client.call('search.extend', { id: row.id, extension }),
    );
    if (extended) this.#app.router.go({ view: 'live', id: row.id });
    return extended;
  }

  /** Does what is advised. A new search opens in the form first. */
  async takeStep(row: SearchRow, step: NextStep): Promise<void> {
    switch (step.kind) {
      case 'extend':
        await this.extend(row, step.request);
        return;
      case 'search':
        await this.#draftLike(row.id, step.assignments);
        return;
      case 'export':
        await this.export({ id: row.id, what: 'masks', format: 'npz', level: step.level });
    }
  }

  async #draftLike(id: string, assignments: readonly string[]): Promise<void> {
    const drafted = await this.#try(async () => {
      const { name, settings } = await this.#app.client.call('search.clone', { id });
      const changed = await this.#app.client.call('settings.resolve', {
        settings: asJson(settings),
        assignments: [...assignments],
      });
      if (!changed.valid) throw new SettingsError(changed.problems);
      return { name, settings: changed.settings };
    });
    if (!drafted) return;
    this.#app.draft.take(drafted.settings, drafted.name);
    this.#app.router.go({ view: 'new' });
  }

  rename(row: SearchRow, name: string): Promise<SearchRow | undefined> {
    return this.#try(() => this.#app.client.call('search.rename', { id: row.id, name }));
  }

  note(row: SearchRow, note: string): Promise<SearchRow | undefined> {
    return this.#try(() => this.#app.client.call('search.note', { id: row.id, note }));
  }

  tag(ids: readonly string[], changes: TagChanges): Promise<void> {
    return this.#app.toasts.undoable(() => this.#tag(ids, changes));
  }

  async #tag(ids: readonly string[], changes: TagChanges): Promise<void> {
    const [add, remove] = [[...(changes.add ?? [])], [...(changes.remove ?? [])]];
    const rows = await this.#try(() =>
      this.#app.client.call('search.tag', { ids: [...ids], add, remove }),
    );
    if (!rows) return;
    void this.#app.tags.reload();
    const what =
      add.length > 0 ? `tagged ${add.join(', ')}` : `no longer tagged ${remove.join(', ')}`;
    this.#app.toasts.info(`${formatAmount(ids.length, 'search', 'searches')} ${what}`, {
      label: UNDO,
      run: () => void this.#tagBack(ids, { add: remove, remove: add }),
    });
  }

  archive(ids: readonly string[], archived: boolean): Promise<void> {
    return this.#app.toasts.undoable(() => this.#archive(ids, archived));
  }

  async #archive(ids: readonly string[], archived: boolean): Promise<void> {
    const rows = await this.#setArchived(ids, archived);
    if (!rows) return;
    const what = archived ? 'archived' : 'unarchived';
    this.#app.toasts.info(`${formatAmount(ids.length, 'search', 'searches')} ${what}`, {
      label: UNDO,
      run: () => void this.#setArchived(ids, !archived),
    });
  }

  /** @returns whether they were deleted. */
  remove(ids: readonly string[]): Promise<boolean> {
    return this.#app.toasts.undoable(() => this.#remove(ids));
  }

  async #remove(ids: readonly string[]): Promise<boolean> {
    const deleted = await this.#try(() =>
      this.#app.client.call('search.delete', { ids: [...ids] }),
    );
    if (!deleted) return false;
    const { compared } = this.#app;
    this.#app.setCompared(compared.filter((id) => !deleted.ids.includes(id)));
    this.#app.toasts.info(`${formatAmount(deleted.ids.length, 'search', 'searches')} deleted`, {
      label: UNDO,
      run: () => void this.#undelete(deleted.ids, compared),
    });
    return true;
  }

  /** Opens New search with the settings of this one. */
  async clone(id: string): Promise<void> {
    const cloned = await this.#try(() => this.#app.client.call('search.clone', { id }));
    if (!cloned) return;
    this.#app.draft.take(cloned.settings, cloned.name);
    this.#app.router.go({ view: 'new' });
  }

  compare(ids: readonly string[]): void {
    this.#app.setCompared(ids);
    this.#app.router.go(compareRoute(ids));
  }

  async copy(text: string, what: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.#app.toasts.info(`${what} copied`);
    } catch {
      this.#app.toasts.info(`Can’t use the clipboard here. ${what}: ${text}`);
    }
  }

  async copyCommand(id: string): Promise<void> {
    const command = await this.#try(() => this.#app.client.call('search.command', { id }));
    if (command !== undefined) await this.copy(command, 'Command');
  }

  async export(input: CallInput<'search.export'>): Promise<void> {
    const file = await this.#try(() => this.#app.client.call('search.export', input));
    if (file) await this.save(file);
  }

  async exportFor(input: CallInput<'search.exportFor'>): Promise<void> {
    const file = await this.#try(() => this.#app.client.call('search.exportFor', input));
    if (file) await this.save(file);
  }

  /** The history as it is asked for: all rows, not only those that are loaded. */
  async exportHistory(input: CallInput<'history.export'>): Promise<void> {
    const file = await this.#try(() => this.#app.client.call('history.export', input));
    if (file) await this.save(file);
  }

  /** The workbench draws the file, so that it is the same as on the command line. */
  async exportChart(input: CallInput<'chart.export'>): Promise<void> {
    const file = await this.#try(() => this.#app.client.call('chart.export', input));
    if (file) await this.save(file);
  }

  /** Saves through the host's dialog if it has one, otherwise as a download. */
  async save(file: DownloadableFile): Promise<void> {
    const { name, mediaType, bytes } = file;
    if (!this.#app.health.value?.host.canSaveFile) {
      download(new Blob([bytes], { type: mediaType }), name);
      this.#app.toasts.info(`${name} downloaded`);
      return;
    }
    const path = await this.#try(() => this.#app.client.call('host.saveFile', { name, bytes }));
    if (path !== undefined) this.#app.toasts.info(`Saved to ${path}`);
  }

  /** @returns undefined if the action failed; a toast has informed the user. */
  async #try<Value>(action: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await action();
    } catch (error) {
      this.#app.toasts.error(error);
      return undefined;
    }
  }

  async #undelete(ids: readonly string[], compared: readonly string[]): Promise<void> {
    const rows = await this.#try(() => this.#app.client.call('search.undelete', { ids: [...ids] }));
    if (!rows) return;
    this.#app.setCompared([...compared, ...this.#app.compared]);
    this.#app.toasts.info(`${formatAmount(rows.length, 'search', 'searches')} restored`);
  }

  #tagBack(ids: readonly string[], changes: { add: string[]; remove: string[] }) {
    return this.#try(async () => {
      await this.#app.client.call('search.tag', { ids: [...ids], ...changes });
      void this.#app.tags.reload();
    });
  }

  #setArchived(ids: readonly string[], archived: boolean) {
    return this.#try(() => this.#app.client.call('search.archive', { ids: [...ids], archived }));
  }
}

/** Lets the browser save a file. */
export function download(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // By then, the browser has read the content.
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 60_000);
}
