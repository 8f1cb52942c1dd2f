/** A search as stored, listed and reported. */
import type { ErrorReport } from '../contract/errors.ts';
import type { Extension } from './extension.ts';
import type { UsedPlugIn } from './plug-in.ts';
import type { Settings, WrittenSettings } from './settings.ts';
import type { Spread } from './statistics.ts';
import type { Comparison } from './comparison.ts';
import type { Verdict } from './verdict.ts';

export type { Spread };

export const SEARCH_STATUSES = ['queued', 'running', 'interrupted', 'finished', 'failed'] as const;
export type SearchStatus = (typeof SEARCH_STATUSES)[number];

/** The environment of a run. Results are bit-identical only in equal environments. */
export interface Environment {
  readonly workbench: string;
  /** Tells the code of one version number from another; unknown for searches of earlier builds. */
  readonly code?: string | undefined;
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
  /** The settings as a user wrote them. Computations use `settings` instead. */
  readonly written: WrittenSettings;
  /** SHA-256, hex, of the canonical JSON of the settings as they were written. */
  readonly settingsHash: string;
  readonly settingsVersion: number;
  readonly environment: Environment;
  readonly datasetFingerprint: string;
  /** Fingerprints of the datasets of transfers, by branch; undefined if there are none. */
  readonly targetFingerprints?: Readonly<Record<string, string>>;
  /** What its settings use of plug-ins; undefined if nothing. */
  readonly plugIns?: readonly UsedPlugIn[];
  /** What was added to it since it was planned, oldest first; undefined if nothing. */
  readonly extensions?: readonly Extension[];
  /** Unix time, milliseconds. */
  readonly createdAt: number;
  readonly finishedAt: number | undefined;
  readonly trainingsDone: number;
  readonly trainingsTotal: number;
  readonly error: ErrorReport | undefined;
}

/** The results of one branch at one level, over replicates. */
export interface BranchSummary {
  /** Fraction of prunable weights kept, which may differ from the ticket's. */
  readonly density: number;
  readonly earlyStopIteration: Spread;
  /** At the end of training, 0..1. */
  readonly testAccuracy: Spread;
  /** At the early-stop iteration, 0..1. */
  readonly testAccuracyAtEarlyStop: Spread;
  /** At the early-stop iteration: the minimum. */
  readonly validationLoss: Spread;
  readonly verdict: Verdict;
  /** This branch minus the ticket of the same level and replicates. Transfers have none. */
  readonly comparedWithTicket?: Comparison;
}

export interface LevelSummary {
  readonly level: number;
  /** Fraction of prunable weights that the ticket keeps. */
  readonly density: number;
  /** By the branch's name; `ticket` first. */
  readonly branches: Readonly<Record<string, BranchSummary>>;
}

/** The tickets that win after Holm's correction for judging many levels. */
export interface CorrectedVerdicts {
  /** How many verdicts are corrected for. */
  readonly verdicts: number;
  /** The levels of the winning tickets, in order. */
  readonly winning: readonly number[];
}

/** The result of a search: what `--json` prints last and what every view draws. */
export interface SearchResult {
  readonly id: string;
  readonly name: string;
  readonly status: SearchStatus;
  readonly settings: Settings;
  readonly dense: BranchSummary;
  /**
   * The finished dense networks on the targets of transfers, by branch; undefined if there are
   * none. Transferred tickets are judged against these.
   */
  readonly targets?: Readonly<Record<string, BranchSummary>>;
  readonly levels: readonly LevelSummary[];
  readonly holm: CorrectedVerdicts;
}
