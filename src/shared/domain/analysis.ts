/**
 * Analyses: what can be learned about a search in addition to its verdict. Each consists of units,
 * which run and are stored separately. What the analyses measure, with their sources, is in
 * docs/analyses.md.
 */
import type { Choice } from './definition.ts';
import { sameTraining, TICKET_BRANCH, type TrainingKey } from './training.ts';

/** The mask of a ticket. */
export interface MaskPlace {
  /** Counted from 0. */
  readonly replicate: number;
  readonly level: number;
}

/** A training that an analysis examines. */
export interface TrainingPlace extends MaskPlace {
  /** Undefined for the ticket. */
  readonly branch?: string;
}

/** The key of a training that an analysis examines. */
export function trainingAt({
  replicate,
  level,
  branch = TICKET_BRANCH,
}: TrainingPlace): TrainingKey {
  return { replicate, level, branch };
}

/** The result of one unit: plain data. Only its analysis knows the other fields. */
export interface AnalysisResult {
  /** The id of the analysis. */
  readonly kind: string;
}

/** The arrays of a finished training that the store keeps. */
export const STORED_ARRAYS = [
  'mask',
  'next-mask',
  'initial-weights',
  'final-weights',
  'rewind-point',
] as const;
export type StoredArray = (typeof STORED_ARRAYS)[number];

/** An array that a unit requests. What is random is derived from the seed instead. */
export interface ArrayNeed {
  readonly array: StoredArray;
  readonly key: TrainingKey;
}

export function sameNeed(one: ArrayNeed, other: ArrayNeed): boolean {
  return one.array === other.array && sameTraining(one.key, other.key);
}

/** The smallest piece of an analysis. It runs on one worker, and its result is then saved. */
export interface AnalysisUnit<Place = unknown> {
  /** Unique within the analysis: `replicate 1, level 3`. */
  readonly name: string;
  /** What distinguishes the unit from others of its analysis; plain data. */
  readonly place: Place;
  readonly needs: readonly ArrayNeed[];
  /** Its cost in optimizer steps. */
  readonly steps: number;
}

/** The state of an analysis of a search. */
export const ANALYSIS_STATES = ['waiting', 'running', 'stopped', 'finished'] as const;
export type AnalysisState = (typeof ANALYSIS_STATES)[number];

/** A requested analysis and its progress. */
export interface AnalysisRecord {
  /** Unique within its search. */
  readonly id: number;
  /** The registry id with settings: `{ id: 'instability', levels: [0, 3] }`. */
  readonly choice: Choice;
  readonly unitsDone: number;
  readonly unitsTotal: number;
  /** Whether it continues when the search runs next. */
  readonly isWanted: boolean;
  /** Unix time, milliseconds. */
  readonly requestedAt: number;
  /** When the last unit finished; undefined while one is missing. */
  readonly finishedAt: number | undefined;
  /** Time spent on its units, over all workers. */
  readonly milliseconds: number;
}

/** A finished unit, as stored. */
export interface AnalysisUnitRecord {
  readonly unit: string;
  readonly result: AnalysisResult;
  readonly milliseconds: number;
}
