/** Requests to a running search, set from outside and followed by the task pool and the runner. */
export class RunControl {
  #isStopped = false;
  #isDraining = false;
  #isPaused = false;
  readonly #followers = new Set<() => void>();

  /** Every training ends after its current step. Finished trainings are saved. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Running trainings finish, and no other one starts. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Running trainings wait at their current step. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  stop(): void {
    this.#isStopped = true;
    this.#tell();
  }

  drain(): void {
    this.#isDraining = true;
    // A paused training would never finish.
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
   * @returns a function that stops this.
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
