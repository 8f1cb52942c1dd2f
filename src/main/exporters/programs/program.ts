/** Exports for other programs: what they are made from, and the files that they consist of. */
import type { Definition } from '../../../shared/domain/definition.ts';
import type { Mask } from '../../../shared/domain/mask.ts';
import type { TestedEvaluation } from '../../../shared/domain/training.ts';
import type { Verdict } from '../../../shared/domain/verdict.ts';
import type { ModelGraph } from '../../../shared/ticket/model-graph.ts';
import type { ExportData, ExportedSubnetwork } from '../exporter.ts';

/** One file of an export. */
export interface ProgramFile {
  /** Relative, with `/` between folders. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Test examples with what the workbench computes for them, so that a reader can be checked. */
export interface ModelExamples {
  readonly count: number;
  /** `[count, ...inputShape]`, normalised: what the network reads. */
  readonly inputs: Float32Array;
  /** `[count]`. */
  readonly labels: Int32Array;
  /** `[count, classes]`, of the trained weights. */
  readonly logits: Float32Array;
}

/** Every feature becomes (feature − center) / divisor. */
export type InputNormalization =
  | { readonly kind: 'uniform'; readonly divisor: number }
  /** One center and divisor for each entry of the last axis. */
  | { readonly kind: 'channels'; readonly centers: Float32Array; readonly divisors: Float32Array }
  /** Each example by its own mean, and its deviation or 1 / √features, whichever is larger. */
  | { readonly kind: 'examples' };

/** A subnetwork, as the store alone tells it: it can be exported where its dataset is not. */
export interface ExportedNetwork extends ExportedSubnetwork {
  readonly graph: ModelGraph;
  /** One entry for each prunable weight. */
  readonly mask: Mask;
  /** What this training started from, whole: θ0, the rewind point θk, or what its branch gives it. */
  readonly startWeights: Float32Array;
  /** False for a branch that is evaluated without training: its weights are those that it started from. */
  readonly isTrained: boolean;
  /** What the start weights are, as the end of a sentence: `initial weights (θ0)`. */
  readonly start: string;
  /** After training if there is any; pruned weights are 0. */
  readonly finalWeights: Float32Array;
  /** After the last step. */
  readonly final: TestedEvaluation;
  /** At the early stop. */
  readonly early: TestedEvaluation;
  /** Undefined while the search has none for this level and branch. */
  readonly verdict: Verdict | undefined;
  /** Undefined where it is not known, because the dataset is missing or has changed. */
  readonly normalization: InputNormalization | undefined;
}

/** A subnetwork with test examples. `initialWeights` are read where a program takes them. */
export interface ExportedModel extends ExportedNetwork {
  /** θ0 of the replicate, whole: pruned weights have their values. */
  readonly initialWeights: Float32Array;
  readonly normalization: InputNormalization;
  /** Whether features are pixels in 0 to 255 before they are normalised. */
  readonly arePixels: boolean;
  readonly examples: ModelExamples;
}

/** What programs are given: one subnetwork, without or with test examples, or the measurements of the whole search. */
export interface ProgramData {
  readonly network: ExportedNetwork;
  readonly model: ExportedModel;
  readonly metrics: ExportData['metrics'];
}

type ProgramNeeds = keyof ProgramData;

export interface Program<Needs extends ProgramNeeds = ProgramNeeds> extends Definition {
  readonly needs: Needs;
  /** How the only file ends, for a program that has one. Undefined: a folder of files. */
  readonly single: { readonly fileEnding: string; readonly mediaType: string } | undefined;
  /**
   * Paths in the folder of an earlier export that a new one may not have, and that would be read as part of
   * it. They are removed when the folder is overwritten.
   */
  readonly leftovers?: RegExp;
  /** Equal data give equal bytes. */
  files(data: ProgramData[Needs]): readonly ProgramFile[];
}

export type AnyProgram = { [Needs in ProgramNeeds]: Program<Needs> }[ProgramNeeds];

export function textFile(path: string, text: string): ProgramFile {
  return { path, bytes: new TextEncoder().encode(text) };
}

export function jsonFile(path: string, value: unknown): ProgramFile {
  return textFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
