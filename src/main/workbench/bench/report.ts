/** The results of `ticket bench`, as `--json` prints them. */
import { type EngineId, ENGINE_IDS } from '../../../shared/domain/engine.ts';
import type { Measured } from './statistics.ts';

/** Our engines, and the sparse one without its native kernels. */
const OUR_ENGINES = [...ENGINE_IDS, 'sparse-wasm'] as const;
export type OurEngine = (typeof OUR_ENGINES)[number];

/** What is compared: our engines, tfjs, and PyTorch with masks and with its own sparse layers. */
export const BENCH_ENGINES = [...OUR_ENGINES, 'tfjs-fit', 'pytorch', 'pytorch-sparse'] as const;
export type BenchEngine = (typeof BENCH_ENGINES)[number];

export const isOurs = (engine: BenchEngine): engine is OurEngine =>
  OUR_ENGINES.some((ours) => ours === engine);

/** The engine as searches know it. */
export const engineIdOf = (engine: OurEngine): EngineId =>
  engine === 'sparse-wasm' ? 'sparse' : engine;

export const isPyTorch = (engine: BenchEngine): boolean => engine.startsWith('pytorch');

/** One training step, by engine and density. */
export interface StepRow {
  readonly workload: string;
  readonly engine: BenchEngine;
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** Over blocks of steps. */
  readonly msPerStep: Measured;
  /** Over pairs of neighbouring blocks at the same density. Undefined without a dense engine. */
  readonly timesFasterThanDense?: Measured | undefined;
  /** The same, compared with PyTorch under a mask. */
  readonly timesFasterThanPytorch?: Measured | undefined;
}

/** `auto` chooses between our engines, level by level. */
export type SearchEngine = 'dense' | 'auto' | 'pytorch';

/** All trainings of one iterative search, one after the other on one thread. */
export interface SearchRow {
  readonly workload: string;
  readonly engine: SearchEngine;
  /** Rounds of pruning after the dense training. */
  readonly rounds: number;
  readonly stepsPerTraining: number;
  /** Spent on optimizer steps. */
  readonly trainingSeconds: Measured;
  /** Spent on evaluations of the validation and the test set. */
  readonly evaluationSeconds: Measured;
  /**
   * Time to write measurements, masks and weights to a database. Another thread than the training
   * one does this, so the search waits only for the last training.
   */
  readonly storingSeconds?: Measured | undefined;
  /** By training time, over the repetitions. */
  readonly timesFasterThanDense?: Measured | undefined;
  readonly timesFasterThanPytorch?: Measured | undefined;
  /** How many levels each engine was chosen for. */
  readonly levelsByEngine?: Readonly<Partial<Record<EngineId, number>>> | undefined;
}

/** What the dense engine spends on calling kernels, apart from their arithmetic. */
export interface OverheadRow {
  readonly workload: string;
  /** A step of the same graph with every layer one unit wide. */
  readonly msPerStep: Measured;
  /** Share of the dense engine's step at full density, 0..1. */
  readonly share: Measured;
}

export interface BenchReport {
  readonly machine: { readonly cpu: string; readonly cores: number };
  readonly versions: Readonly<Record<string, string>>;
  readonly isQuick: boolean;
  readonly rows: readonly StepRow[];
  readonly overhead: readonly OverheadRow[];
  readonly searches: readonly SearchRow[];
  /** How many trainings two workers finish in the time in which one worker finishes 1. */
  readonly twoWorkers?: Measured | undefined;
}
