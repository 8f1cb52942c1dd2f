/** What settings choose from, reduced to what settings need to know. */
import type { Definition, Registry } from '../definition.ts';

/** The registries whose entries a search's settings choose from. */
export interface SettingsRegistries {
  readonly datasets: Registry<Definition>;
  readonly normalizations: Registry<Definition>;
  readonly architectures: Registry<Definition>;
  readonly initializers: Registry<Definition>;
  readonly optimizers: Registry<Definition>;
  readonly learningRateSchedules: Registry<Definition>;
  readonly strategies: Registry<Definition>;
  readonly pruningSchedules: Registry<LevelCounter>;
  readonly rewinds: Registry<TrainingStart>;
  readonly branches: Registry<Definition>;
  readonly analyses: Registry<Definition>;
}

/** What survivors are reset to. */
export interface TrainingStart extends Definition {
  /** The setting that says how long pruned levels train, if it determines where they start. */
  readonly lengthSetting?: string;
  /**
   * The iteration at which trainings of pruned levels start.
   *
   * @param rewind the entry's own settings, validated and without epochs; others are ignored.
   * @param iterations of the dense network.
   */
  startsAt(rewind: object, iterations: number): number;
}

/** A pruning schedule. */
export interface LevelCounter extends Definition {
  /**
   * The pruned levels of a search.
   *
   * @param pruning the schedule's own settings, validated; others are ignored.
   */
  countLevels(pruning: object): number;
}
