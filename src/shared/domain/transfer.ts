/** Transfers: branches that take a ticket to another dataset or optimizer. */
import { type BranchEntry, branchNamed, isChoice, nameOfBranch } from './branch.ts';
import type { Choice, Definition } from './definition.ts';
import type { Settings } from './settings/schema.ts';

/** A branch with its target. If dataset or optimizer is missing, the search's own is used. */
export interface Transfer extends Choice {
  readonly dataset?: Settings['dataset'] | undefined;
  readonly optimizer?: Choice | undefined;
}

/** Whether a branch is a transfer: its settings name a dataset or an optimizer. */
export function isTransfer(entry: BranchEntry | undefined): entry is Transfer {
  if (entry === undefined || typeof entry === 'string') return false;
  return isChoice(entry['dataset']) || isChoice(entry['optimizer']);
}

/** Whether branches of this definition are transfers, that is, have a setting for a target. */
export function isTransferDefinition({ hparams }: Definition): boolean {
  return 'dataset' in hparams.shape || 'optimizer' in hparams.shape;
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

/** The settings that trainings of a branch run with: those of the search, unless it is a transfer. */
export function trainedWith(settings: Settings, branch: string): Settings {
  const transfer = transferNamed(settings, branch);
  if (!transfer) return settings;
  const { dataset = settings.dataset, optimizer = settings.training.optimizer } = transfer;
  return { ...settings, dataset, training: { ...settings.training, optimizer } };
}
