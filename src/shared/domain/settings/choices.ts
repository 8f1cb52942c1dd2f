/** Where settings choose one entry of a registry. */
import type { SettingsRegistries } from './registries.ts';

/** The paper's: weights return to an earlier iteration. Stored settings leave its id out. */
export const DEFAULT_REWIND = 'weights';

export interface ChoicePlace {
  /** The path of the object that holds the chosen entry's settings: `training.optimizer`. */
  readonly owner: string;
  /** The setting in it that names the entry. */
  readonly key: string;
  readonly kind: keyof SettingsRegistries;
  /** Whether `owner` has settings of its own: then only those of all entries belong to the choice. */
  readonly isBeside: boolean;
  /** The entry that is chosen where none is named, unless one always is. */
  readonly leftOut?: string;
}

const choice = (owner: string, kind: keyof SettingsRegistries): ChoicePlace => ({
  owner,
  key: 'id',
  kind,
  isBeside: false,
});

/** Every such place outside of lists. */
export const CHOICE_PLACES: readonly ChoicePlace[] = [
  choice('dataset', 'datasets'),
  choice('architecture', 'architectures'),
  choice('initializer', 'initializers'),
  choice('training.optimizer', 'optimizers'),
  choice('training.schedule', 'learningRateSchedules'),
  choice('pruning.strategy', 'strategies'),
  { owner: 'pruning', key: 'schedule', kind: 'pruningSchedules', isBeside: true },
  { owner: 'rewind', key: 'id', kind: 'rewinds', isBeside: true, leftOut: DEFAULT_REWIND },
];

/** The place whose settings lie at this path. */
export function choicePlaceAt(owner: string): ChoicePlace | undefined {
  return CHOICE_PLACES.find((place) => place.owner === owner);
}
