/** Texts of the form's fields that can't be read, by the path of their setting. */
import type { SettingsProblem } from '../../shared/contract/errors.ts';
import type { RejectedText } from '../forms/form-owner.ts';

export class RejectedTexts {
  #texts = $state.raw<ReadonlyMap<string, RejectedText>>(new Map());

  get problems(): readonly SettingsProblem[] {
    return [...this.#texts].map(([path, { problem }]) => ({ path, message: problem }));
  }

  has(path: string): boolean {
    return this.#texts.has(path);
  }

  textAt(path: string): string | undefined {
    return this.#texts.get(path)?.text;
  }

  add(path: string, rejected: RejectedText): void {
    this.#texts = new Map(this.#texts).set(path, rejected);
  }

  /** Forgets those at and below a path. */
  forget(path: string): void {
    const isOther = (key: string): boolean => key !== path && !key.startsWith(`${path}.`);
    const left = [...this.#texts].filter(([key]) => isOther(key));
    if (left.length < this.#texts.size) this.#texts = new Map(left);
  }

  clear(): void {
    this.#texts = new Map();
  }
}
