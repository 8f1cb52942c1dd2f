/** A search as it is stored, listed and reported. */
import type { ErrorReport } from '../contract/errors.ts';
import type { UsedPlugIn } from './plug-in.ts';
import type { Settings, WrittenSettings } from './settings.ts';
import type { Spread } from './statistics.ts';
import type { Comparison, Verdict } from './verdict.ts';

export type { Spread };

export const SEARCH_STATUSES = ['queued', 'running', 'interrupted', 'finished', 'failed'] as const;
export type SearchStatus = (typeof SEARCH_STATUSES)[number];

/** Where and with what a search ran; results are only bit-identical where these agree. */
export interface Environment {
  readonly workbench: string;
  readonly node: string;
  readonly tensorflow: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly workers: number;
  readonly threadsPerWorker: number;
}

export interface SearchRecord {
  readonly id: string;
  readonly name: string;
  readonly status: SearchStatus;
  readonly settings: Settings;
  /** The settings as a user wrote them; nothing is computed from these. */
  readonly written: WrittenSettings;
  /** SHA-256, hex, of the canonical JSON of the settings as they were written. */
  readonly settingsHash: string;
  readonly settingsVersion: number;
  readonly environment: Environment;
  readonly datasetFingerprint: string;
  /** Fingerprints of the datasets of transfers, by branch; left out where there are none. */
  readonly targetFingerprints?: Readonly<Record<string, string>>;
  /** What its settings use of plug-ins; left out where that is nothing. */
  readonly plugIns?: readonly UsedPlugIn[];
  /** Unix time, milliseconds. */
  readonly createdAt: number;
  readonly finishedAt: number | undefined;
  readonly trainingsDone: number;
  readonly trainingsTotal: number;
  readonly error: ErrorReport | undefined;
}

/** What the replicates of one branch at one level came to. */
export interface BranchSummary {
  /** Fraction of prunable weights kept, its own: not every control keeps as many as the ticket. */
  readonly density: number;
  readonly earlyStopIteration: Spread;
  /** At the end of training, 0..1. */
  readonly testAccuracy: Spread;
  /** At the early-stop iteration, 0..1. */
  readonly testAccuracyAtEarlyStop: Spread;
  /** At the early-stop iteration: the minimum. */
  readonly validationLoss: Spread;
  readonly verdict: Verdict;
  /** A control minus the ticket of the same level and replicates. Transfers have none. */
  readonly comparedWithTicket?: Comparison;
}

export interface LevelSummary {
  readonly level: number;
  /** Fraction of prunable weights that the ticket keeps. */
  readonly density: number;
  /** By the branch's name; `ticket` first. */
  readonly branches: Readonly<Record<string, BranchSummary>>;
}

/** The result of a search: what `--json` prints last and what every view draws. */
export interface SearchResult {
  readonly id: string;
  readonly name: string;
  readonly status: SearchStatus;
  readonly settings: Settings;
  readonly dense: BranchSummary;
  /**
   * The dense networks on the targets of transfers, by branch, as far as one has finished; left out
   * where there are none. Transferred tickets are judged against these.
   */
  readonly targets?: Readonly<Record<string, BranchSummary>>;
  readonly levels: readonly LevelSummary[];
}
