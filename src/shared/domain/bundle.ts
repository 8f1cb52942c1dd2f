/** Bundles: files that carry searches, or parts of them, to another data directory. */
import type { Json } from '../contract/json.ts';
import type { Choice } from './definition.ts';
import type { Extension } from './extension.ts';
import type { ParameterSpec } from './layout.ts';
import type { UsedPlugIn } from './plug-in.ts';
import type { Environment } from './search.ts';
import type { Settings, WrittenSettings } from './settings.ts';
import type { SweepAxis, SweepValue } from './sweep.ts';
import type { Evaluation, TrainingKey } from './training.ts';

/** From a start or a resume to the next stop. */
export interface BundledSession {
  /** Unix time, milliseconds. */
  readonly startedAt: number;
  readonly environment: Environment;
}

/** The network that a transfer trains. */
export interface BundledTarget {
  readonly branch: string;
  readonly parameters: readonly ParameterSpec[];
  /** SHA-256, hex, of its decoded dataset; undefined before it was read. */
  readonly datasetFingerprint?: string | undefined;
}

export interface BundledUnit {
  readonly unit: string;
  /** Index in the sessions of the search. */
  readonly session: number;
  /** The text of the store, with typed arrays. */
  readonly result: string;
  readonly milliseconds: number;
  readonly finishedAt: number;
}

export interface BundledAnalysis {
  readonly choice: Choice;
  readonly unitsTotal: number;
  readonly isWanted: boolean;
  readonly requestedAt: number;
  readonly units: readonly BundledUnit[];
}

/** A sweep and the place of a search in it. */
export interface BundledPlace {
  readonly sweep: {
    readonly id: string;
    readonly name: string;
    readonly createdAt: number;
    readonly axes: readonly SweepAxis[];
  };
  readonly position: number;
  readonly values: readonly SweepValue[];
}

/** Everything of a search but its trainings. */
export interface BundledSearch {
  readonly id: string;
  readonly name: string;
  /** Unix time, milliseconds. */
  readonly createdAt: number;
  readonly note: string;
  readonly tags: readonly string[];
  readonly settingsVersion: number;
  /** As a user wrote them. */
  readonly written: WrittenSettings;
  /** With epochs converted to iterations. */
  readonly settings: Settings;
  /** How the arrays of its trainings are to be read. */
  readonly parameters: readonly ParameterSpec[];
  readonly targets: readonly BundledTarget[];
  /** SHA-256, hex, of the decoded dataset; empty before it was read. */
  readonly datasetFingerprint: string;
  readonly plugIns: readonly UsedPlugIn[];
  readonly extensions: readonly Extension[];
  /** Which engine trains which level. */
  readonly engines: readonly { readonly level: number; readonly engine: string }[];
  readonly sessions: readonly BundledSession[];
  /** What was read of the datasets, as the store has it. */
  readonly data: readonly {
    readonly branch: string;
    readonly summary: Json;
    /** The text of the store, with typed arrays. */
    readonly samples: string;
  }[];
  readonly analyses: readonly BundledAnalysis[];
  /** Missing outside sweeps. */
  readonly place?: BundledPlace | undefined;
}

/** A finished training; its arrays are files of the bundle, named by their SHA-256. */
export interface BundledTraining {
  readonly key: TrainingKey;
  /** Index in the sessions of the search. */
  readonly session: number;
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** Weights kept in each prunable tensor, in the layout's order. */
  readonly keptCounts: readonly number[];
  readonly engine: string;
  readonly trainingMilliseconds: number;
  readonly evaluationMilliseconds: number;
  /** Unix time, milliseconds. */
  readonly finishedAt: number;
  /** Hashes by which equal trainings are found; missing if they are unknown. */
  readonly identity?: string | undefined;
  readonly pruningIdentity?: string | undefined;
  /** The search that trained it, if this one reused its result. */
  readonly adoptedFrom?: string | undefined;
  readonly evaluations: readonly Evaluation[];
  /** SHA-256, hex, of each array, by its role: `mask`, `final-weights`. */
  readonly arrays: Readonly<Record<string, string>>;
}

/** A bundle that was written. */
export interface WrittenBundle {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly trainings: number;
}

/**
 * What a merge adds to a search beside trainings: the replicates, levels or branches of a later stage of it,
 * what was read of its data, results of analyses.
 */
export type OtherAddition = 'stage' | 'data' | 'analyses';

/** Results of analyses that another machine has computed otherwise than those that are here. */
export interface OtherResults {
  readonly count: number;
  /** The first of them: its unit, and the first field that differs. */
  readonly first: string;
}

/** What a merge has done with one search. */
export interface MergedSearch {
  readonly id: string;
  readonly name: string;
  readonly isNew: boolean;
  /** Trainings that the bundle holds of it. */
  readonly trainings: number;
  /** Those that were not there before. */
  readonly added: number;
  /** Those that were there without weights and have got them. */
  readonly completed: number;
  /** What else was added to a search that was there before; undefined if nothing was. */
  readonly others?: readonly OtherAddition[] | undefined;
  /** Results of analyses that were removed, because they no longer hold of the later stage. */
  readonly outdated?: number | undefined;
  /** Those of the bundle, which were left out; undefined if there are none. */
  readonly otherResults?: OtherResults | undefined;
  /** Trainings that are here with weights and came without, so that these were not compared. */
  readonly withoutWeights?: number | undefined;
  /** Code that trained the bundle's part, and none of the stored one; undefined if there is none. */
  readonly otherCode?: string | undefined;
  /** Trainings that are still missing. */
  readonly missing: number;
}
