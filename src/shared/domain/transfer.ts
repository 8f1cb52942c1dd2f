/** Branches that take a ticket to another dataset or optimizer. */
import { type BranchEntry, branchNamed, idOfBranch, nameOfBranch } from './branch.ts';
import type { Choice } from './definition.ts';
import type { Settings } from './settings/schema.ts';

export const TRANSFER_BRANCH = 'transfer';

/** Where the ticket is taken; what is left out stays the search's own. */
export interface Transfer extends Choice {
  readonly dataset?: Settings['dataset'] | undefined;
  readonly optimizer?: Choice | undefined;
}

export function isTransfer(entry: BranchEntry | undefined): entry is Transfer {
  return entry !== undefined && idOfBranch(entry) === TRANSFER_BRANCH;
}

/** The transfer of this name; undefined for every other branch. */
export function transferNamed(
  settings: Pick<Settings, 'branches'>,
  name: string,
): Transfer | undefined {
  const entry = branchNamed(settings, name);
  return isTransfer(entry) ? entry : undefined;
}

/** The names of all transfers, in the order of the settings. */
export function transferNames({ branches }: Pick<Settings, 'branches'>): string[] {
  return branches.filter(isTransfer).map(nameOfBranch);
}

/** What trainings of a branch run with: the search's own settings, unless it is a transfer. */
export function trainedWith(settings: Settings, branch: string): Settings {
  const transfer = transferNamed(settings, branch);
  if (!transfer) return settings;
  const { dataset = settings.dataset, optimizer = settings.training.optimizer } = transfer;
  return { ...settings, dataset, training: { ...settings.training, optimizer } };
}
