/** Turns the steps of provisioning into what the window shows. */
import type { ProgressEvent } from '../../../../provision/progress.mjs';
import type { TensorFlowProgress } from '../../../shared/contract/records/tensorflow.ts';

/** The speed is that of the last seconds: a download that was continued began with bytes. */
const WINDOW_MILLISECONDS = 5000;

interface Sample {
  readonly at: number;
  readonly bytes: number;
}

export class ProgressMeter {
  readonly #now: () => number;
  #step = '';
  #samples: Sample[] = [];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @returns undefined if the event changes nothing that is shown. */
  take(event: ProgressEvent): Omit<TensorFlowProgress, 'canPause'> | undefined {
    if (event.type === 'note' || event.state !== 'running') return undefined;
    const { label, done, total } = event;
    if (label !== this.#step) {
      this.#step = label;
      this.#samples = [];
    }
    const bytesPerSecond = done === undefined ? undefined : this.#speed(done);
    return {
      step: label,
      bytes: done,
      totalBytes: total,
      bytesPerSecond,
      etaSeconds:
        bytesPerSecond === undefined || total === undefined || done === undefined
          ? undefined
          : Math.max(0, total - done) / bytesPerSecond,
    };
  }

  #speed(bytes: number): number | undefined {
    const at = this.#now();
    // A server that knows no ranges starts anew.
    const last = this.#samples.at(-1);
    if (last && bytes < last.bytes) this.#samples = [];
    this.#samples = this.#samples.filter((sample) => at - sample.at <= WINDOW_MILLISECONDS);
    this.#samples.push({ at, bytes });
    const [first] = this.#samples;
    if (!first || at === first.at || bytes === first.bytes) return undefined;
    return (1000 * (bytes - first.bytes)) / (at - first.at);
  }
}
