/** TensorFlow on this machine, as the window shows it. */
import type { ErrorReport } from '../errors.ts';

/** What setting TensorFlow up takes. */
export interface TensorFlowSetupNeeds {
  /** The host that it is downloaded from. */
  readonly source: string;
  /** Undefined if only the download itself tells. */
  readonly downloadBytes: number | undefined;
  /** How many of them are there: those of a download that was paused. */
  readonly downloadedBytes: number;
  /** What TensorFlow occupies once it is set up. */
  readonly diskBytes: number | undefined;
  /** The free space that setting it up takes for a while. */
  readonly neededBytes: number | undefined;
  readonly freeBytes: number | undefined;
  /** Whether a C++ compiler is needed too. */
  readonly needsCompiler: boolean;
}

export interface TensorFlowProgress {
  /** `Download tensorflow-cpu 2.21.0` */
  readonly step: string;
  /** Whether a later start continues it. Otherwise it can only be cancelled. */
  readonly canPause: boolean;
  readonly bytes?: number | undefined;
  readonly totalBytes?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
  readonly etaSeconds?: number | undefined;
}

export interface TensorFlowStatus {
  readonly state: 'installed' | 'damaged' | 'missing';
  /** Where it is, or would be. */
  readonly directory: string;
  /** Undefined unless it is installed. */
  readonly version: string | undefined;
  /** Where it came from: the Python wheel, or tfjs-node's own download. */
  readonly route: 'wheel' | 'official' | undefined;
  /** What it occupies. */
  readonly bytes: number | undefined;
  /** What is damaged. */
  readonly problem: string | undefined;
  /** Undefined unless this process sets it up now. */
  readonly progress: TensorFlowProgress | undefined;
  /** Whether another process is setting it up. */
  readonly isBusyElsewhere: boolean;
  /** Why the last attempt of this process failed. */
  readonly failure: ErrorReport | undefined;
  readonly needs: TensorFlowSetupNeeds;
}
