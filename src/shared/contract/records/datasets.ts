/** Datasets and their downloads. */

export const DATASET_STATES = ['built-in', 'fetched', 'to-be-fetched', 'needs-files'] as const;

/** `needs-files`: settings name the files. Searches can't use a dataset that is `to-be-fetched`. */
export type DatasetState = (typeof DATASET_STATES)[number];

/** The progress of fetching a dataset. */
export interface DatasetProgress {
  /** The current step: `downloading cifar-10-binary.tar.gz`, `unpacking`, `checking`. */
  readonly step: string;
  /** Bytes of the file being downloaded; undefined if the step has no length. */
  readonly bytes?: number;
  readonly totalBytes?: number;
  /** Until the download ends; undefined until its speed is known. */
  readonly etaSeconds?: number;
}

export interface DatasetOverview {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly state: DatasetState;
  /** The size of the download; undefined if the dataset is not downloaded. */
  readonly downloadBytes: number | undefined;
  /** Set while this process fetches the dataset. */
  readonly progress: DatasetProgress | undefined;
  /** Undefined if settings have to name the files first. */
  readonly summary:
    | {
        /** `[features]` or `[height, width, channels]`. */
        readonly shape: readonly number[];
        readonly classes: number;
        readonly trainExamples: number;
        readonly testExamples: number;
      }
    | undefined;
}
