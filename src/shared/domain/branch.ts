/** Which branches a search has, and the name of each. */
import type { Choice } from './definition.ts';
import type { Settings } from './settings/schema.ts';

/** A branch in settings: its id alone, or its id with its own settings. */
export type BranchEntry = string | Choice;

/**
 * The name under which trainings of the branch are stored and shown: its id, followed by its setting
 * `name` and the ids of the entries that its settings choose, as in `transfer-fashion-mnist-sgd`.
 */
export function nameOfBranch(entry: BranchEntry): string {
  if (typeof entry === 'string') return entry;
  const { id, name, ...settings } = entry;
  const chosen = Object.values(settings).flatMap((value) => (isChoice(value) ? [value.id] : []));
  return [id, ...(typeof name === 'string' ? [name] : []), ...chosen].join('-');
}

/** The names of all branches except the ticket, in the order of the settings. */
export function branchNames({ branches }: Pick<Settings, 'branches'>): string[] {
  return branches.map(nameOfBranch);
}

/** The branch of this name; undefined for the ticket and for a branch that the search lacks. */
export function branchNamed(
  { branches }: Pick<Settings, 'branches'>,
  name: string,
): BranchEntry | undefined {
  return branches.find((entry) => nameOfBranch(entry) === name);
}

export function idOfBranch(entry: BranchEntry): string {
  return typeof entry === 'string' ? entry : entry.id;
}

export function isChoice(value: unknown): value is Choice {
  return (
    typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
  );
}
