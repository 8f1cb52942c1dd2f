/**
 * What this process has found sound of trainings, so that it is not checked again: finished trainings do not
 * change.
 */
import { decisiveProblems, requireSoundDecisive, requireSoundTraining } from './checksums.ts';
import type { Connection } from './connection.ts';
import { type MeasuredColumns, measuredColumns, soundColumns } from './curve-columns.ts';
import { type EarlyStops, earlyStopsOf, type LevelOfSearch } from './early-stops.ts';
import { isDamage } from './store-error.ts';
import type { TrainingRow } from './training-rows.ts';

export class SoundTrainings {
  readonly #connection: Connection;
  readonly #whole = new Set<number>();
  /** Those of which only what a result needs was checked. */
  readonly #decisive = new Set<number>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws WorkbenchError `store-failed` if the training is not as it was saved. */
  require(training: TrainingRow): void {
    if (this.#whole.has(training.id)) return;
    requireSoundTraining(this.#connection, training);
    this.#whole.add(training.id);
  }

  /** @throws WorkbenchError `store-failed` if what a result needs of one is not as it was saved. */
  requireDecisive(trainings: readonly TrainingRow[]): void {
    const unchecked = trainings.filter(({ id }) => this.isUnchecked(id));
    requireSoundDecisive(this.#connection, unchecked);
    for (const { id } of unchecked) this.#decisive.add(id);
  }

  /** Whether it was not checked yet what a result needs of a training. */
  isUnchecked(id: number): boolean {
    return !this.#whole.has(id) && !this.#decisive.has(id);
  }

  /** @throws WorkbenchError `store-failed` if the training is not as it was saved. */
  columns(training: TrainingRow): MeasuredColumns {
    const { id } = training;
    if (this.#whole.has(id)) return measuredColumns(this.#connection, id);
    const columns = soundColumns(this.#connection, training);
    this.#whole.add(id);
    return columns;
  }

  /**
   * The early stops of the tickets of levels of many searches.
   *
   * @returns in their order; undefined where a training is damaged.
   */
  earlyStops(levels: readonly LevelOfSearch[]): (EarlyStops | undefined)[] {
    const read = (some: readonly LevelOfSearch[]) =>
      this.#connection.read("the trainings can't be read", () => this.#earlyStops(some));
    try {
      return read(levels);
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
    // A page of the file is destroyed: all levels but those on it can be read.
    return levels.map((level) => {
      try {
        return read([level])[0];
      } catch (error) {
        if (isDamage(error)) return undefined;
        throw error;
      }
    });
  }

  #earlyStops(levels: readonly LevelOfSearch[]): (EarlyStops | undefined)[] {
    const found = earlyStopsOf(this.#connection, levels);
    const unchecked = new Set(
      found.flatMap(({ trainingIds }) => trainingIds.filter((id) => this.isUnchecked(id))),
    );
    const problems = decisiveProblems(this.#connection, [...unchecked]);
    for (const id of unchecked) if (!problems.has(id)) this.#decisive.add(id);
    return found.map(({ trainingIds, ...stops }) =>
      trainingIds.some((id) => problems.has(id)) ? undefined : stops,
    );
  }
}
