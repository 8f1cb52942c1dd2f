/** Which plug-ins a search uses, and whether they are still what they were. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import {
  type MissingEntry,
  PLUG_IN_KIND_NAMES,
  type PlugInEntry,
  type PlugInKind,
  type UsedPlugIn,
} from '../../../shared/domain/plug-in.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { type PlugInFile, plugInOf } from '../../engine/plug-ins/load.ts';
import { workerRegistries } from '../../engine/plug-ins/worker-registries.ts';
import type { Task } from '../../engine/protocol.ts';
import { plugInFolder } from '../data-directory.ts';
import { chosenEntries } from './chosen-entries.ts';
import { openRegistries } from './open-registries.ts';

/** What is known of a saved search without looking anything up. */
type SavedSearch = Pick<SearchRecord, 'id' | 'settings' | 'plugIns'>;

/** The entries of plug-ins among those that settings choose, each once. */
export function usedPlugIns(settings: Settings): readonly UsedPlugIn[] {
  const used = new Map<string, UsedPlugIn>();
  for (const { kind, id } of chosenEntries(settings)) {
    const plugIn = usedPlugIn(kind, id);
    if (plugIn) used.set(nameOf({ kind, id }), plugIn);
  }
  return [...used.values()];
}

/** An entry as searches keep it; undefined if no plug-in has it. */
export function usedPlugIn(kind: PlugInKind, id: string): UsedPlugIn | undefined {
  const plugIn = plugInOf(kind, id);
  return plugIn && { kind, id, file: path.basename(plugIn.file), sha256: plugIn.sha256 };
}

/** The files that a worker needs for a task. It has no use for those of datasets alone. */
export function plugInsOfTask(settings: Settings, task: Task): readonly PlugInFile[] {
  const chosen = chosenEntries(settings).filter(({ kind }) => kind !== 'analyses');
  const analysis: PlugInEntry[] =
    task.kind === 'analyse' ? [{ kind: 'analyses', id: task.input.choice.id }] : [];
  const files = new Map<string, PlugInFile>();
  for (const { kind, id } of [...chosen, ...analysis]) {
    const plugIn = kind in workerRegistries ? plugInOf(kind, id) : undefined;
    if (plugIn) files.set(plugIn.file, { file: plugIn.file, sha256: plugIn.sha256 });
  }
  return [...files.values()];
}

/** Whether an entry is there that no plug-in has defined. */
export function isBuiltIn(kind: PlugInKind, id: string): boolean {
  return !plugInOf(kind, id) && openRegistries[kind].entries.some((entry) => entry.id === id);
}

/** The entries of its plug-ins that are not loaded, or not from the same bytes. */
export function missingPlugIns({ plugIns = [] }: Pick<SavedSearch, 'plugIns'>): UsedPlugIn[] {
  return plugIns.filter(({ kind, id, sha256 }) => plugInOf(kind, id)?.sha256 !== sha256);
}

/**
 * The entries of a saved search that can't be used now: they are not loaded, or not from the same
 * bytes as before. Nothing may be computed with them, or with what has taken their id.
 */
export function missingEntries({ settings, plugIns = [] }: SavedSearch): readonly MissingEntry[] {
  const missing = new Map<string, MissingEntry>();
  for (const { kind, id, file } of missingPlugIns({ plugIns })) {
    const reason = plugInOf(kind, id) ? 'changed' : 'not-loaded';
    missing.set(nameOf({ kind, id }), { kind, id, file, reason });
  }
  for (const { kind, id } of chosenEntries(settings)) {
    const name = nameOf({ kind, id });
    const isThere = openRegistries[kind].entries.some((entry) => entry.id === id);
    if (!isThere && !missing.has(name)) missing.set(name, { kind, id, reason: 'not-loaded' });
  }
  return [...missing.values()];
}

/** The analysis of this id, if it can't be used now; undefined if it can. */
export function missingAnalysis(search: SavedSearch, id: string): MissingEntry | undefined {
  const missing = missingEntries(search).find((each) => each.kind === 'analyses' && each.id === id);
  const isThere = openRegistries.analyses.entries.some((entry) => entry.id === id);
  return missing ?? (isThere ? undefined : { kind: 'analyses', id, reason: 'not-loaded' });
}

/** Whether nothing is missing that the units of an analysis may follow from. */
export function canPlanAnalysis(search: SavedSearch, id: string): boolean {
  const isComplete = missingEntries(search).every(({ kind }) => kind === 'analyses');
  return isComplete && missingAnalysis(search, id) === undefined;
}

/** Whether everything of a saved search can be computed with. */
export function hasItsPlugIns(search: SavedSearch): boolean {
  return missingEntries(search).length === 0;
}

/**
 * Checks that everything which a search uses of plug-ins is loaded, from the same bytes as before.
 *
 * @param dataDirectory where the search is saved.
 * @param analyses the analyses that are to be worked out; others may be missing.
 * @throws WorkbenchError `conflict` naming the plug-in, the expected and the actual SHA-256, and what
 *   to do.
 */
export function checkPlugIns(
  search: SavedSearch,
  dataDirectory: string,
  analyses: readonly string[] = [],
): void {
  const needed = missingEntries(search).find(
    ({ kind, id }) => kind !== 'analyses' || analyses.includes(id),
  );
  if (needed) throw missingError(search, needed, dataDirectory);
}

/** Why something can't be done with a saved search, and what to do. */
export function missingError(
  { id, plugIns = [] }: Pick<SavedSearch, 'id' | 'plugIns'>,
  { kind, id: entry, file }: MissingEntry,
  dataDirectory: string,
): WorkbenchError {
  const known = plugIns.find((each) => each.kind === kind && each.id === entry);
  const what = `the search ${id} uses the ${PLUG_IN_KIND_NAMES[kind]} "${entry}"`;
  if (!known) {
    return new WorkbenchError(
      'conflict',
      `${what}, which is not loaded`,
      'If it comes from a plug-in, start with --plugins FOLDER.',
    );
  }
  const origin = `${what} of the plug-in ${known.file} with the SHA-256 ${known.sha256}`;
  const now = plugInOf(kind, entry);
  if (now) {
    return new WorkbenchError(
      'conflict',
      `${origin}, which has changed: ${now.file} has the SHA-256 ${now.sha256}`,
      'Bring the old file back to continue the search, or start a new search with the new one.',
    );
  }
  return new WorkbenchError(
    'conflict',
    `${origin}, which is not loaded`,
    howToLoad(file, dataDirectory),
  );
}

function howToLoad(file: string | undefined, dataDirectory: string): string {
  const own = plugInFolder(dataDirectory);
  if (file === undefined || !existsSync(path.join(own, file))) {
    return 'Start with --plugins FOLDER, where FOLDER holds that file.';
  }
  const folder = /\s/.test(own) ? JSON.stringify(own) : own;
  return `Start with --plugins ${folder}. In the window: turn plug-ins on in Settings, and start it again.`;
}

function nameOf({ kind, id }: PlugInEntry): string {
  return `${kind} ${id}`;
}
