/**
 * Published figures, as resources/published holds them: one file per experiment. They are facts with
 * their citation. What a paper claims of its figures stands beside them, so that it can be reproduced.
 */
import { z } from 'zod';
import { jsonObjectSchema, jsonSchema } from '../contract/json.ts';

/** What a figure measures. Ratios and differences are those to the dense network of the same experiment. */
export const PUBLISHED_MEASURES = [
  /** Fractions, 0..1. */
  'test-accuracy-at-early-stop',
  'test-accuracy',
  /** At the early stop, as a fraction: 0.003 is 0.3 points. */
  'test-accuracy-above-dense',
  'early-stop-iteration',
  /** The early-stop iteration divided by the dense network's. */
  'early-stop-relative-to-dense',
  /** The iteration from which training is stable to the order of the data. */
  'stable-from-iteration',
  /** The largest compression, as log10 of 1 / density, before a layer loses its last weight. */
  'log10-compression-before-collapse',
] as const;
export type PublishedMeasure = (typeof PUBLISHED_MEASURES)[number];

const text = z.string().min(1);
const id = z.string().regex(/^[a-z0-9][a-z0-9-]*$/);
const densitySchema = z.number().gt(0).lte(1);

const paper = z.strictObject({
  authors: text,
  year: z.int(),
  title: text,
  arxiv: z.string().regex(/^\d{4}\.\d{4,5}$/),
});

const pointSchema = z.strictObject({
  /** Fraction of prunable weights kept. Missing where the source does not say it. */
  density: densitySchema.exactOptional(),
  measure: z.enum(PUBLISHED_MEASURES),
  value: z.number(),
});

/** What survivors were reset to: θ0, weights of a later iteration, or nothing. */
const REWINDS = ['initialization', 'later', 'learning-rate', 'fine-tune', 'any'] as const;

/** Which searches the figures can be compared with. */
const belongsToSchema = z.strictObject({
  architecture: text,
  dataset: text,
  /** Empty if any will do. */
  strategies: z.array(text).readonly(),
  schedules: z.array(text).readonly(),
  rewind: z.enum(REWINDS),
  branch: text,
});

/** How the networks were trained, as far as the source says it. */
const setupSchema = z.strictObject({
  iterations: z.int().min(1).exactOptional(),
  epochs: z.number().gt(0).exactOptional(),
  /** Training examples of the whole dataset, to convert between epochs and iterations. */
  trainExamples: z.int().min(1).exactOptional(),
  batchSize: z.int().min(1).exactOptional(),
  optimizer: text.exactOptional(),
  learningRate: z.number().gt(0).exactOptional(),
  /** The id of the learning-rate schedule, and the epochs at which it lowers the rate. */
  schedule: text.exactOptional(),
  milestoneEpochs: z.array(z.number().gt(0)).readonly().exactOptional(),
  /** What survivors were rewound to, if that is a later iteration. */
  rewindEpoch: z.number().gt(0).exactOptional(),
  /** Fractions of the survivors; convolutions and output layer have those of the others if they are missing. */
  prunedPerRound: z
    .strictObject({
      fraction: densitySchema,
      convFraction: densitySchema.exactOptional(),
      outputFraction: densitySchema.exactOptional(),
    })
    .exactOptional(),
  /** Examples held out of the training set. */
  validation: z.int().min(1).exactOptional(),
  isAugmented: z.boolean().exactOptional(),
  replicates: z.int().min(1).exactOptional(),
});
export type PublishedSetup = z.infer<typeof setupSchema>;

const seriesSchema = z.strictObject({
  id,
  label: text,
  /** The key of one of the file's papers. */
  paper: text,
  /** Section, figure or table. */
  where: text,
  /** How the figures were read. */
  reading: text,
  /** Where they were quoted, if they were not read in the paper itself. */
  secondHand: text.exactOptional(),
  note: text.exactOptional(),
  belongsTo: belongsToSchema,
  /** Why no chart can show it; missing if one can. */
  inNoChart: text.exactOptional(),
  setup: setupSchema,
  points: z.array(pointSchema).min(1).readonly(),
});

const runSchema = z.strictObject({
  id,
  label: text,
  preset: text,
  /** Laid over the preset. */
  settings: jsonObjectSchema(10_000).exactOptional(),
  /** The values of swept settings, by path: a sweep instead of a search. */
  sweep: z.record(text, z.array(jsonSchema(1000)).min(1)).exactOptional(),
});

/**
 * `early-stop`: how many times earlier the branch stops than what it is compared with. The others: how
 * much higher its test accuracy is, as a fraction.
 */
const CLAIM_COMPARISONS = ['early-stop', 'accuracy-at-early-stop', 'accuracy-at-end'] as const;

const claimSchema = z
  .strictObject({
    id,
    statement: text,
    /** What the paper says of it. */
    published: text,
    where: text,
    /** The id of one of the runs. */
    run: text,
    densities: z.array(densitySchema).min(1).readonly(),
    compare: z.enum(CLAIM_COMPARISONS),
    branch: text,
    with: z.strictObject({
      /** `dense`, or a branch. */
      branch: text,
      /** Default: the density of the branch. */
      density: densitySchema.exactOptional(),
    }),
    /** The claim holds where the compared quantity is in this range. */
    atLeast: z.number().exactOptional(),
    atMost: z.number().exactOptional(),
  })
  .refine(({ atLeast, atMost }) => atLeast !== undefined || atMost !== undefined, {
    error: 'a claim with atLeast, atMost or both',
  });
export type PublishedClaim = z.infer<typeof claimSchema>;

const reproductionSchema = z
  .strictObject({
    name: id,
    description: text,
    /** How its runs are smaller than what was published; missing if they are not. */
    scaledDown: text.exactOptional(),
    runs: z.array(runSchema).min(1).readonly(),
    claims: z.array(claimSchema).min(1).readonly(),
  })
  .refine(({ runs, claims }) => claims.every(({ run }) => runs.some((each) => each.id === run)), {
    error: 'claims that name a run of the reproduction',
  });
export type PublishedReproduction = z.infer<typeof reproductionSchema>;
export type PublishedRun = PublishedReproduction['runs'][number];

export const publishedFileSchema = z
  .strictObject({
    title: text,
    papers: z.record(id, paper),
    /** Empty in a file that only reproduces what another file publishes. */
    series: z.array(seriesSchema).readonly(),
    reproduction: reproductionSchema.exactOptional(),
  })
  .refine(({ series, reproduction }) => series.length > 0 || reproduction !== undefined, {
    error: 'series, a reproduction or both',
  })
  .refine(({ papers, series }) => series.every((each) => each.paper in papers), {
    error: 'series that name a paper of the file',
  });
export type PublishedFile = z.infer<typeof publishedFileSchema>;
export type PublishedSeries = PublishedFile['series'][number];
type Paper = z.infer<typeof paper>;

/** Points of a user's file. */
export const ownSeriesSchema = z.strictObject({
  name: text,
  /** The searches in whose charts they appear. Default: all. */
  architecture: text.exactOptional(),
  dataset: text.exactOptional(),
  points: z
    .array(pointSchema.extend({ density: densitySchema }))
    .min(1)
    .readonly(),
});
export type OwnSeries = z.infer<typeof ownSeriesSchema>;

/** `Frankle & Carbin 2019` */
export function citationOf({ authors, year }: Paper): string {
  return `${authors} ${year}`;
}

/** `Frankle & Carbin 2019, section 2, figure 4 (arXiv 1803.03635)` */
export function sourceOf({ papers }: PublishedFile, series: PublishedSeries): string {
  const paper = papers[series.paper];
  if (!paper) throw new Error(`the series ${series.id} names no paper of its file`);
  const quoted = series.secondHand === undefined ? '' : `; ${series.secondHand}`;
  return `${citationOf(paper)}, ${series.where} (arXiv ${paper.arxiv})${quoted}`;
}
