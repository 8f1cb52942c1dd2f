/** What settings choose of the registries that plug-ins add to. */
import { idOfBranch } from '../../../shared/domain/branch.ts';
import type { PlugInEntry, PlugInKind } from '../../../shared/domain/plug-in.ts';
import type { Settings, WrittenSettings } from '../../../shared/domain/settings.ts';
import { isTransfer } from '../../../shared/domain/transfer.ts';
import {
  type LoadedPlugIn,
  loadPlugIns,
  type PlugInRegistries,
} from '../../engine/plug-ins/load.ts';

/** The entries that settings choose among those which a plug-in may define. */
export function chosenEntries(settings: ChoosingSettings): PlugInEntry[] {
  return chosenPlaces(settings).map(({ kind, id }) => ({ kind, id }));
}

/** The paths of what these entries define in settings: `training.optimizer`. */
export function placesOf(settings: ChoosingSettings, entries: readonly PlugInEntry[]): string[] {
  return chosenPlaces(settings).flatMap(({ kind, id, places }) =>
    entries.some((entry) => entry.kind === kind && entry.id === id) ? places : [],
  );
}

type ChoosingSettings = Pick<
  WrittenSettings,
  'dataset' | 'architecture' | 'initializer' | 'training' | 'pruning' | 'branches' | 'analyses'
>;

function chosenPlaces(settings: ChoosingSettings) {
  const { dataset, architecture, initializer, training, pruning, branches, analyses } = settings;
  const entry = (kind: PlugInKind, id: string, ...places: string[]) => ({ kind, id, places });
  // The settings of a schedule are beside its id.
  const ofSchedule = Object.keys(pruning).filter((name) => name !== 'strategy');
  return [
    entry('datasets', dataset.id, 'dataset'),
    entry('architectures', architecture.id, 'architecture'),
    entry('initializers', initializer.id, 'initializer'),
    entry('optimizers', training.optimizer.id, 'training.optimizer'),
    entry('strategies', pruning.strategy.id, 'pruning.strategy'),
    entry('pruningSchedules', pruning.schedule, ...ofSchedule.map((name) => `pruning.${name}`)),
    ...branches.flatMap((branch, index) => {
      const place = `branches.${index}`;
      return [
        entry('branches', idOfBranch(branch), place),
        ...(isTransfer(branch) && branch.dataset
          ? [entry('datasets', branch.dataset.id, `${place}.dataset`)]
          : []),
        ...(isTransfer(branch) && branch.optimizer
          ? [entry('optimizers', branch.optimizer.id, `${place}.optimizer`)]
          : []),
      ];
    }),
    ...(analyses ?? []).map(({ id }, index) => entry('analyses', id, `analyses.${index}`)),
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
