/**
 * Learning curves that were read last. Reading millions of measurements takes seconds, and everyone who zooms
 * asks for them again. What a training has measured does not change.
 */
import type { LearningCurve } from '../../../shared/contract/records/search-results.ts';
import { nameOfTraining, type TrainingKey } from '../../../shared/domain/training.ts';
import type { Store } from '../../store/store.ts';

export class KeptCurves {
  readonly #most: number;
  /** By search and training, those that were used last at the end. */
  readonly #curves = new Map<string, LearningCurve>();
  #evaluations = 0;

  /** @param most how many evaluations are kept, each of 36 bytes. The last curve is kept anyway. */
  constructor(most: number) {
    this.#most = most;
  }

  /** @throws WorkbenchError `not-found`. */
  get(store: Store, searchId: string, key: TrainingKey): LearningCurve {
    const name = `${searchId}/${nameOfTraining(key)}`;
    const known = this.#curves.get(name);
    if (known) {
      this.#curves.delete(name);
      this.#curves.set(name, known);
      return known;
    }
    const read = {
      ...store.trainings.curve(searchId, key),
      isFinished: true,
      isWhole: true,
    };
    this.#curves.set(name, read);
    this.#evaluations += read.iterations.length;
    this.#dropOldest();
    return read;
  }

  /** How many evaluations a training has. Reads none of them. */
  lengthOf(store: Store, searchId: string, key: TrainingKey): number {
    const known = this.#curves.get(`${searchId}/${nameOfTraining(key)}`);
    return known?.iterations.length ?? store.trainings.evaluationCount(searchId, key);
  }

  #dropOldest(): void {
    for (const [name, { iterations }] of this.#curves) {
      if (this.#evaluations <= this.#most || this.#curves.size === 1) return;
      this.#curves.delete(name);
      this.#evaluations -= iterations.length;
    }
  }
}
