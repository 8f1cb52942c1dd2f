/** What was read of a dataset, and what is suspicious about it. */
import { amount, formatCount } from '../amount.ts';

/** Files, records or folders that a dataset does not use. */
export interface LeftOut {
  /** `files that are no images`, `folder val` */
  readonly what: string;
  readonly count: number;
  readonly reason: string;
  /** The path of the setting that changes it: `dataset.subset`. */
  readonly setting?: string;
}

/** A class, and its examples in each set. */
export interface ClassCounts {
  readonly name: string;
  /** Examples that are trained on, by the labels that they are trained with. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** A sign that the data were not read as they are meant. */
export interface DataWarning {
  readonly message: string;
  /** The path of the setting that changes it. The message names it, too. */
  readonly setting: string;
}

export interface DataSummary {
  /** The id of the dataset in its registry. */
  readonly dataset: string;
  /** One example: `[features]` or `[height, width, channels]`. */
  readonly shape: readonly number[];
  /** Examples in each set, after subsets. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** Whether the test set was drawn from the training examples. */
  readonly isTestHeldOut: boolean;
  readonly classes: readonly ClassCounts[];
  /** The range and mean of all features of all examples, as stored. */
  readonly values: {
    readonly kind: 'bytes' | 'floats';
    readonly smallest: number;
    readonly largest: number;
    readonly mean: number;
  };
  readonly leftOut: readonly LeftOut[];
  readonly warnings: readonly DataWarning[];
  /** Why no search can train on the data. */
  readonly refusal?: { readonly message: string; readonly hint: string };
}

/** A few examples, to be shown in the window. */
export type DataSamples =
  | {
      readonly kind: 'images';
      readonly width: number;
      readonly height: number;
      readonly channels: 1 | 3;
      /** Pixels are `[height, width, channels]`, 0 to 255. */
      readonly images: readonly { readonly name: string; readonly pixels: Uint8Array }[];
    }
  | {
      readonly kind: 'rows';
      /** The first columns of a table. */
      readonly columns: readonly string[];
      readonly columnsLeftOut: number;
      /** The label of each row, and its values in these columns. */
      readonly rows: readonly { readonly name: string; readonly values: Float32Array }[];
    };

export interface DataReading {
  readonly summary: DataSummary;
  readonly samples: DataSamples;
}

/** One sentence with the sizes of the sets. */
export function describeData(summary: DataSummary): string {
  const { dataset, train, validation, test, shape, classes, isTestHeldOut } = summary;
  const held = isTestHeldOut ? ' (held out of the training examples)' : '';
  return `Read ${dataset}: ${formatCount(train)} training, ${formatCount(validation)} validation and ${formatCount(test)} test examples${held} of shape [${shape.join(', ')}], in ${classes.length === 1 ? 'one class' : amount(classes.length, 'class', 'classes')}.`;
}

/** `images (3): they lie beside others; see dataset.otherFormats` */
export function describeLeftOut({ what, count, reason, setting }: LeftOut): string {
  const size = what.startsWith('the ') ? '' : ` (${formatCount(count)})`;
  const see = setting === undefined || reason.includes(setting) ? '' : `; see ${setting}`;
  return `${what}${size}: ${reason}${see}`;
}

/** At most `most` of these names in quotes, and how many more there are. */
export function namesInShort(names: readonly string[], most = 5): string {
  return inShort(
    names.map((name) => JSON.stringify(name.slice(0, 60))),
    most,
  );
}

/** At most `most` of these texts, and how many more there are. */
export function inShort(texts: readonly string[], most = 5): string {
  const shown = texts.slice(0, most).join(', ');
  const more = texts.length - most;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
