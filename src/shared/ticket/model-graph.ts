/**
 * A network as a graph of operations, for files that other programs read. All formats are made from this
 * one description, so a layer is translated once for each format and no architecture is written twice.
 */

/** Pixels of padding on each side of an image. */
export interface Sides {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** A square window that moves over `[height, width]`. */
export interface ModelWindow {
  readonly size: number;
  readonly stride: number;
  /** As TensorFlow names it. `sides` says the same in pixels. */
  readonly padding: 'same' | 'valid';
  readonly sides: Sides;
}

/** Parameters are named as in the layout: `conv1.kernel`. */
export type ModelOperation =
  /** `[batch, inputs] · [inputs, outputs] + [outputs]`. */
  | { readonly op: 'dense'; readonly kernel: string; readonly bias: string }
  /** Cross-correlation with `[height, width, inputs, outputs]`, padded with zeros. */
  | {
      readonly op: 'conv2d';
      readonly kernel: string;
      readonly bias: string | undefined;
      readonly window: ModelWindow;
    }
  /** γ (x − mean) / √(variance + ε) + β over the last axis. */
  | {
      readonly op: 'batch-norm';
      readonly gamma: string;
      readonly beta: string;
      readonly mean: string;
      readonly variance: string;
      readonly epsilon: number;
      /** r ← (1 − momentum) r + momentum · (batch statistic), as in PyTorch. */
      readonly momentum: number;
    }
  | { readonly op: 'relu' }
  /** Padding never counts. */
  | { readonly op: 'max-pool' | 'average-pool'; readonly window: ModelWindow }
  /** The mean over height and width. */
  | { readonly op: 'global-average-pool' }
  /** Row-major: height, width, channels. */
  | { readonly op: 'flatten' }
  /** Nothing outside of training. */
  | { readonly op: 'dropout'; readonly rate: number }
  /** Every `stride`-th pixel, from the first. */
  | { readonly op: 'subsample'; readonly stride: number }
  /** Channels of zeros before and after the input's. */
  | { readonly op: 'pad-channels'; readonly before: number; readonly after: number }
  /** The sum of two inputs of equal shape. */
  | { readonly op: 'add' };

export type ModelNode = ModelOperation & {
  /** Unique in the graph, also the name of its output. */
  readonly name: string;
  /** Names of nodes before it, or `INPUT`. */
  readonly inputs: readonly string[];
  /** The shape of one example: `[features]` or `[height, width, channels]`. */
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
};

/** What the network's input is called. No layer has this name: theirs are not empty. */
export const INPUT = '';

export interface ModelGraph {
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** Each node comes after its inputs. */
  readonly nodes: readonly ModelNode[];
  /** The node whose output is the logits, `[batch, classes]`. */
  readonly output: string;
}

/** The nodes that read a node's output. */
export function consumersOf({ nodes }: ModelGraph, name: string): readonly ModelNode[] {
  return nodes.filter(({ inputs }) => inputs.includes(name));
}
