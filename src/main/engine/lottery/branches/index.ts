import { branchNamed, idOfBranch } from '../../../../shared/domain/branch.ts';
import { type Choice, registry } from '../../../../shared/domain/definition.ts';
import { rewinds } from '../rewinds/index.ts';
import { rewindIdOf, type Settings } from '../../../../shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../../../shared/domain/training.ts';
import type { BranchDefinition } from './branch.ts';
import { fineTune } from './fine-tune.ts';
import { importedMaskBranch } from './imported-mask.ts';
import { invertedMask } from './inverted-mask.ts';
import { otherDataOrder } from './other-data-order.ts';
import { randomMask } from './random-mask.ts';
import { randomReinit } from './random-reinit.ts';
import { shuffledMask } from './shuffled-mask.ts';
import { signOnly } from './sign-only.ts';
import { smallDense } from './small-dense.ts';
import { supermask } from './supermask.ts';
import { transfer } from './transfer.ts';

export const branches = registry<BranchDefinition>('branch', [
  randomReinit,
  shuffledMask,
  randomMask,
  invertedMask,
  signOnly,
  supermask,
  smallDense,
  fineTune,
  otherDataOrder,
  transfer,
  importedMaskBranch,
]);

/** The definition of the branch of this name; undefined for the ticket. */
export function branchDefinition(
  settings: Pick<Settings, 'branches'>,
  name: string,
): BranchDefinition | undefined {
  if (name === TICKET_BRANCH) return undefined;
  return branches.get(idOfBranch(branchNamed(settings, name) ?? name));
}

/** The branch of this name as a choice, with its settings if it has any. */
export function branchChoice(settings: Pick<Settings, 'branches'>, name: string): Choice {
  const entry = branchNamed(settings, name) ?? name;
  return typeof entry === 'string' ? { id: entry } : entry;
}

/**
 * Whether a branch of a search, by its name, keeps as many weights as the ticket. False for a
 * branch whose definition is not loaded.
 */
export function keepsDensity(settings: Pick<Settings, 'branches'>): (name: string) => boolean {
  return (name) => {
    if (name === TICKET_BRANCH) return true;
    const id = idOfBranch(branchNamed(settings, name) ?? name);
    return branches.entries.find((entry) => entry.id === id)?.keepsDensity ?? false;
  };
}

/**
 * Whether a branch of a search, or its ticket, starts from weights that were not trained before. True
 * for entries that are not loaded.
 */
export function startsUntrained(
  settings: Pick<Settings, 'branches' | 'rewind'>,
): (name: string) => boolean {
  const rewind = rewinds.entries.find(({ id }) => id === rewindIdOf(settings.rewind));
  if (rewind?.keepsTrainedWeights === true) return () => false;
  return (name) => {
    if (name === TICKET_BRANCH) return true;
    const id = idOfBranch(branchNamed(settings, name) ?? name);
    const branch = branches.entries.find((entry) => entry.id === id);
    return branch?.needsTrainedWeights !== true && branch?.isTrained !== false;
  };
}
