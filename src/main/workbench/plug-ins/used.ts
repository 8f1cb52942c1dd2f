/** Which plug-ins a search uses, and whether they are still what they were. */
import path from 'node:path';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { idOfBranch } from '../../../shared/domain/branch.ts';
import type { PlugInEntry, PlugInKind, UsedPlugIn } from '../../../shared/domain/plug-in.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { isTransfer } from '../../../shared/domain/transfer.ts';
import { plugInOf } from '../../engine/plug-ins/load.ts';

/** The entries of plug-ins among those that settings choose, each once. */
export function usedPlugIns(settings: Settings): readonly UsedPlugIn[] {
  const used = new Map<string, UsedPlugIn>();
  for (const { kind, id } of chosenEntries(settings)) {
    const plugIn = usedPlugIn(kind, id);
    if (plugIn) used.set(`${kind} ${id}`, plugIn);
  }
  return [...used.values()];
}

/** An entry as searches keep it; undefined if no plug-in has it. */
export function usedPlugIn(kind: PlugInKind, id: string): UsedPlugIn | undefined {
  const plugIn = plugInOf(kind, id);
  return plugIn && { kind, id, file: path.basename(plugIn.file), sha256: plugIn.sha256 };
}

function chosenEntries(settings: Settings): PlugInEntry[] {
  const { dataset, architecture, initializer, training, pruning, branches, analyses } = settings;
  const entry = (kind: PlugInKind, id: string): PlugInEntry => ({ kind, id });
  return [
    entry('datasets', dataset.id),
    entry('architectures', architecture.id),
    entry('initializers', initializer.id),
    entry('optimizers', training.optimizer.id),
    entry('strategies', pruning.strategy.id),
    entry('pruningSchedules', pruning.schedule),
    ...branches.flatMap((branch) => [
      entry('branches', idOfBranch(branch)),
      ...(isTransfer(branch) && branch.dataset ? [entry('datasets', branch.dataset.id)] : []),
      ...(isTransfer(branch) && branch.optimizer ? [entry('optimizers', branch.optimizer.id)] : []),
    ]),
    ...(analyses ?? []).map(({ id }) => entry('analyses', id)),
  ];
}

/**
 * Checks that everything which a search uses of plug-ins is loaded, from the same bytes as before.
 *
 * @throws WorkbenchError `conflict` naming the plug-in, the expected and the actual SHA-256, and what
 *   to do.
 */
export function checkPlugIns({ id, plugIns = [] }: Pick<SearchRecord, 'id' | 'plugIns'>): void {
  for (const { kind, id: entry, file, sha256 } of plugIns) {
    const what = `the search ${id} uses "${entry}" (${kind}) of the plug-in ${file} with the SHA-256 ${sha256}`;
    const now = plugInOf(kind, entry);
    if (!now) {
      throw new WorkbenchError(
        'conflict',
        `${what}, which is not loaded`,
        'Start with --plugins FOLDER, where FOLDER holds that file.',
      );
    }
    if (now.sha256 !== sha256) {
      throw new WorkbenchError(
        'conflict',
        `${what}, which has changed: ${now.file} has the SHA-256 ${now.sha256}`,
        'Bring the old file back to continue the search, or start a new search with the new one.',
      );
    }
  }
}

/** Whether `checkPlugIns` would pass. */
export function hasItsPlugIns(search: Pick<SearchRecord, 'id' | 'plugIns'>): boolean {
  return (search.plugIns ?? []).every(
    ({ kind, id, sha256 }) => plugInOf(kind, id)?.sha256 === sha256,
  );
}
