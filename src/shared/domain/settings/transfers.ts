/** Branches that take a ticket to another dataset or optimizer, within settings. */
import { SettingsError, type SettingsProblem } from '../../contract/errors.ts';
import { type BranchEntry, idOfBranch, nameOfBranch } from '../branch.ts';
import type { Choice } from '../definition.ts';
import { isTransfer, isTransferDefinition } from '../transfer.ts';
import type { SettingsRegistries } from './registries.ts';
import { type DatasetChoice, withoutDefaults } from './dataset-settings.ts';
import type { WrittenSettings } from './schema.ts';

/**
 * The settings with transfers' omitted settings filled in.
 *
 * @throws WorkbenchError `invalid-settings` for a transfer that changes nothing, and for two
 *   branches with one name.
 */
export function withTransfers(
  registries: Pick<SettingsRegistries, 'branches'>,
  settings: WrittenSettings,
): WrittenSettings {
  const branches = settings.branches.map((entry): BranchEntry => {
    if (!isTransfer(entry) || entry.dataset === undefined) return entry;
    const given: Partial<DatasetChoice> = entry.dataset;
    const { validation = settings.dataset.validation } = given;
    return { ...entry, dataset: withoutDefaults({ ...entry.dataset, validation }) };
  });
  const problems = branches.flatMap((entry, index): SettingsProblem[] => {
    const path = `branches.${index}`;
    const is = `${path} is ${JSON.stringify(entry)}`;
    const definition = registries.branches.get(idOfBranch(entry));
    if (isTransferDefinition(definition) && changesNothing(entry, settings)) {
      const message = `${is}; expected a dataset or an optimizer that differs from the search’s own`;
      return [{ path, message }];
    }
    const first = branches.findIndex((other) => nameOfBranch(other) === nameOfBranch(entry));
    if (first === index) return [];
    const message = `${is}; expected a name that differs from that of branches.${first}, ${JSON.stringify(branches[first])}, but both are called ${nameOfBranch(entry)}`;
    return [{ path, message }];
  });
  if (problems.length === 0) return { ...settings, branches };
  throw new SettingsError(
    problems,
    'A transfer is named after its dataset and its optimizer. Put two that share both into two searches, or a sweep. Imported masks can have a name each.',
  );
}

/** Whether a transfer would train the ticket as the search does. */
function changesNothing(entry: BranchEntry, settings: WrittenSettings): boolean {
  if (!isTransfer(entry)) return true;
  const { dataset, optimizer } = entry;
  const isSame = (chosen: Choice | undefined, own: Choice): boolean =>
    chosen === undefined || textOf(chosen) === textOf(own);
  return isSame(dataset, settings.dataset) && isSame(optimizer, settings.training.optimizer);
}

/** The same text for choices that differ only in the order of their settings. */
function textOf(choice: Choice): string {
  return JSON.stringify(
    Object.entries(choice).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}
