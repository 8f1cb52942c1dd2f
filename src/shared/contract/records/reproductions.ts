/** A published experiment that can be reproduced here, and how far that has come. */
import type { JudgedClaim } from '../../published/claims.ts';
import type { ErrorReport } from '../errors.ts';
import type { CostEstimate } from './planning.ts';

/** How much of an experiment is run. */
export interface ReproductionSize {
  /** The fraction of the training length; 1 is in full. */
  readonly scale: number;
  /** At most so many; undefined for all. */
  readonly replicates?: number | undefined;
}

/** One search or sweep of a reproduction. */
export interface ReproductionRun {
  readonly id: string;
  readonly label: string;
  /** Undefined if the run is a search, or has not been started. */
  readonly sweepId: string | undefined;
  /** Empty if it has not been started. */
  readonly searchIds: readonly string[];
  readonly isFinished: boolean;
  readonly trainingsDone: number;
  readonly trainingsTotal: number;
}

export interface ReproductionOverview extends ReproductionSize {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly papers: readonly string[];
  /** `500 of 50,000 iterations per training, 1 of 5 replicates`; undefined in full. */
  readonly scaledTo?: string;
  /** The ids of the datasets that its searches read. */
  readonly datasets: readonly string[];
  readonly runs: readonly ReproductionRun[];
  /** Undefined if it can't run here now: `problem` says why. */
  readonly cost?: {
    readonly trainings: number;
    /** A training that several searches share runs once. */
    readonly trainingsToRun: number;
    readonly iterationsToRun: number;
    /** Undefined if nothing similar has run on this machine. */
    readonly estimate: CostEstimate | undefined;
  };
  readonly problem?: ErrorReport;
  readonly claims: readonly JudgedClaim[];
}
