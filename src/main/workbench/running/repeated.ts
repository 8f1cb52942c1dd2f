/** Does something regularly, but not before the last time has ended: that may wait for others who write. */
export class Repeated {
  readonly #work: () => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #underway: Promise<void> | undefined;

  /** @param work never rejects. */
  constructor(milliseconds: number, work: () => Promise<void>) {
    this.#work = work;
    this.#timer = setInterval(() => {
      this.now();
    }, milliseconds);
  }

  now(): void {
    this.#underway ??= this.#work().finally(() => {
      this.#underway = undefined;
    });
  }

  /** Ends when the last time has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underway;
  }
}
