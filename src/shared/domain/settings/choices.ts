/** The places where settings choose one entry of a registry. */
import type { SettingsRegistries } from './registries.ts';

/** The paper's method: weights return to an earlier iteration. Stored settings omit its id. */
export const DEFAULT_REWIND = 'weights';

export interface ChoicePlace {
  /** The path of the object that holds the chosen entry's settings: `training.optimizer`. */
  readonly owner: string;
  /** The setting in `owner` that names the entry. */
  readonly key: string;
  readonly kind: keyof SettingsRegistries;
  /**
   * Whether the entry's settings share `owner` with other settings. Then only those that some entry
   * declares belong to the choice.
   */
  readonly isBeside: boolean;
  /** The default entry; undefined if the settings always name one. */
  readonly leftOut?: string;
}

const choice = (owner: string, kind: keyof SettingsRegistries): ChoicePlace => ({
  owner,
  key: 'id',
  kind,
  isBeside: false,
});

/** Every such place outside lists. */
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

/** The place whose settings are at this path. */
export function choicePlaceAt(owner: string): ChoicePlace | undefined {
  return CHOICE_PLACES.find((place) => place.owner === owner);
}
