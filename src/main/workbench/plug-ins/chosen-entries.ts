/** What settings choose of the registries that plug-ins add to. */
import { idOfBranch } from '../../../shared/domain/branch.ts';
import type { PlugInEntry, PlugInKind } from '../../../shared/domain/plug-in.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { isTransfer } from '../../../shared/domain/transfer.ts';
import {
  type LoadedPlugIn,
  loadPlugIns,
  type PlugInRegistries,
} from '../../engine/plug-ins/load.ts';

export function chosenEntries(settings: Settings): PlugInEntry[] {
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
 * Loads in this thread what settings choose of plug-ins.
 *
 * @param plugIns those that the main thread has loaded.
 * @param registries what this thread looks up.
 * @throws WorkbenchError as `loadPlugIns`.
 */
export function loadChosenPlugIns(
  plugIns: readonly LoadedPlugIn[],
  settings: Settings,
  registries: PlugInRegistries,
): void {
  const chosen = chosenEntries(settings).filter(({ kind }) => kind in registries);
  const isChosen = ({ kind, id }: PlugInEntry): boolean =>
    chosen.some((each) => each.kind === kind && each.id === id);
  loadPlugIns(
    plugIns.filter(({ entries }) => entries.some(isChosen)),
    registries,
  );
}
