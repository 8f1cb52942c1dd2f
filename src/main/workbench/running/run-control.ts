/** What is asked of a running search: it is asked from outside and followed by the pool and runner. */
export class RunControl {
  #isStopped = false;
  #isDraining = false;
  #isPaused = false;
  readonly #followers = new Set<() => void>();

  /** Every training ends after its step; what is finished is saved. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Running trainings come to their end, no further one starts. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Running trainings wait where they are. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  stop(): void {
    this.#isStopped = true;
    this.#tell();
  }

  drain(): void {
    this.#isDraining = true;
    // Trainings that wait where they are would never come to their end.
    this.#isPaused = false;
    this.#tell();
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#tell();
  }

  /**
   * Calls `follow` now and after every change.
   *
   * @returns how to stop that.
   */
  follow(follow: () => void): () => void {
    this.#followers.add(follow);
    follow();
    return () => {
      this.#followers.delete(follow);
    };
  }

  #tell(): void {
    for (const follow of this.#followers) follow();
  }
}
