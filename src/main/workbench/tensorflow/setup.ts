/** Sets TensorFlow up for the windows of this process: once at a time, and only when a user asks for it. */
import { siteOf } from '../../../../provision/installation.mjs';
import type { ProgressEvent } from '../../../../provision/progress.mjs';
import { ProvisioningError } from '../../../../provision/provisioning-error.mjs';
import { setupStatus } from '../../../../provision/setup-status.mjs';
import { ensureTensorFlow } from '../../../../provision/tensorflow.mjs';
import { removeOtherDownloads } from '../../../../provision/wheel-route.mjs';
import { type ErrorReport, reportOf } from '../../../shared/contract/errors.ts';
import type { WorkbenchEvent } from '../../../shared/contract/events.ts';
import type {
  TensorFlowProgress,
  TensorFlowStatus,
} from '../../../shared/contract/records/tensorflow.ts';
import { isTensorFlowInstalled } from './installed.ts';
import { ProgressMeter } from './progress.ts';

/** Several times a second looks alive and costs nothing. */
const TELL_EVERY_MILLISECONDS = 200;

/** Another process, such as a command, may set TensorFlow up or remove it. */
const WATCH_EVERY_MILLISECONDS = 2000;

type EnsureOptions = NonNullable<Parameters<typeof ensureTensorFlow>[0]>;

interface Running {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

export class TensorFlowSetup {
  readonly #emit: (event: WorkbenchEvent) => void;
  readonly #options: EnsureOptions;
  readonly #watch: NodeJS.Timeout;
  #running: Running | undefined;
  #progress: TensorFlowProgress | undefined;
  #failure: ErrorReport | undefined;
  #telling: Promise<TensorFlowStatus>;
  #wasInstalled = isTensorFlowInstalled();

  /** @param options replace what a test needs otherwise. */
  constructor(emit: (event: WorkbenchEvent) => void, options: EnsureOptions = {}) {
    this.#emit = emit;
    // The wheel can be paused and comes with a known size.
    this.#options = { prefersWheel: true, ...options };
    this.#telling = this.status();
    this.#watch = setInterval(() => {
      const isInstalled = isTensorFlowInstalled();
      if (isInstalled !== this.#wasInstalled) void this.#tell();
      this.#wasInstalled = isInstalled;
    }, WATCH_EVERY_MILLISECONDS);
    this.#watch.unref();
  }

  async status(): Promise<TensorFlowStatus> {
    const { isBusy, ...status } = await setupStatus(this.#options);
    return {
      ...status,
      progress: this.#progress,
      isBusyElsewhere: isBusy && this.#running === undefined,
      failure: this.#failure,
    };
  }

  /**
   * Begins, or continues a download that was paused. Does nothing if the setup is running.
   *
   * @param from a folder or file to take TensorFlow from, instead of a download.
   */
  async start(from?: string): Promise<TensorFlowStatus> {
    if (!this.#running) {
      const stop = new AbortController();
      this.#failure = undefined;
      this.#progress = { step: 'Starting', canPause: from === undefined };
      this.#running = { stop, ended: this.#run(stop.signal, from) };
    }
    return this.#tell();
  }

  async pause(): Promise<TensorFlowStatus> {
    this.#running?.stop.abort();
    await this.#running?.ended;
    return this.status();
  }

  async cancel(): Promise<TensorFlowStatus> {
    await this.pause();
    this.#failure = undefined;
    const site = siteOf(this.#options);
    await removeOtherDownloads(undefined, site);
    return this.#tell();
  }

  /** Stops the setup, and keeps what has been downloaded. */
  async close(): Promise<void> {
    clearInterval(this.#watch);
    this.#running?.stop.abort();
    await this.#running?.ended;
  }

  async #run(signal: AbortSignal, from: string | undefined): Promise<void> {
    const meter = new ProgressMeter();
    /** Tells the latest progress, also if none follows: a download may have come to a halt. */
    let next: NodeJS.Timeout | undefined;
    const onProgress = (event: ProgressEvent): void => {
      const step = meter.take(event);
      if (!step) return;
      this.#progress = { ...step, canPause: from === undefined };
      next ??= setTimeout(() => {
        next = undefined;
        void this.#tell();
      }, TELL_EVERY_MILLISECONDS);
    };
    try {
      await ensureTensorFlow({
        ...this.#options,
        signal,
        onProgress,
        ...(from === undefined ? {} : { from }),
      });
    } catch (error) {
      if (!signal.aborted) this.#failure = reportOfSetup(error);
    }
    clearTimeout(next);
    this.#running = undefined;
    this.#progress = undefined;
    await this.#tell();
  }

  /** One after another, so that no window ends with an older status. */
  #tell(): Promise<TensorFlowStatus> {
    this.#telling = this.#telling.then(async () => {
      const status = await this.status();
      this.#emit({ type: 'tensorflow-changed', status });
      return status;
    });
    return this.#telling;
  }
}

function reportOfSetup(error: unknown): ErrorReport {
  if (!(error instanceof ProvisioningError)) return reportOf(error);
  return { code: 'provisioning-failed', message: error.message, hint: error.hint };
}
