/** What a reproduction has measured, small enough to be committed: its claims follow from this alone. */
import { z } from 'zod';
import { jsonObjectSchema } from '../contract/json.ts';

const count = z.int().min(0);
const perReplicate = z.array(z.number()).readonly();

/** One branch at one level, over the replicates that have finished. All lists are in their order. */
const branchSchema = z.strictObject({
  /** Counted from 1. */
  replicates: z.array(z.int().min(1)).min(1).readonly(),
  earlyStopIteration: perReplicate,
  /** Fractions, 0..1. */
  testAccuracyAtEarlyStop: perReplicate,
  testAccuracy: perReplicate,
  /** The replicates whose early stop is their last evaluation: they had not converged. */
  censored: z.array(z.int().min(1)).readonly(),
  /**
   * The standard error that the test set leaves in the mean difference of accuracies at the early stop
   * to another branch of the level: to `dense`, or to `ticket`.
   */
  accuracyErrors: z.record(z.string(), z.number()),
});
export type BranchMeasurements = z.infer<typeof branchSchema>;

const levelSchema = z.strictObject({
  /** Fraction of prunable weights kept. */
  density: z.number().gt(0).lte(1),
  branches: z.record(z.string(), branchSchema),
});
export type LevelMeasurements = z.infer<typeof levelSchema>;

/** Where trainings ran. */
const environmentSchema = z.strictObject({ workbench: z.string(), cpu: z.string(), cores: count });

const runSummarySchema = z.strictObject({
  id: z.string(),
  label: z.string(),
  /** As written. Those of a sweep are those of its first search. */
  settings: jsonObjectSchema(50_000),
  /** What was swept, by path. */
  sweep: z.record(z.string(), z.array(z.json())).exactOptional(),
  searches: z.array(z.string()).readonly(),
  /** Those of its trainings; empty before the first. */
  environments: z.array(environmentSchema).readonly(),
  trainingsDone: count,
  trainingsTotal: count,
  /** Early stops are known to this many iterations. */
  evaluateEvery: z.number(),
  iterations: z.number(),
  /** The confidence of the intervals over replicates. */
  confidence: z.number().gt(0).lt(1),
  /** 0 if it is not known. */
  testExamples: count,
  trainingSeconds: z.number(),
  evaluationSeconds: z.number(),
  /** The dense network's are the branch `dense` at density 1. */
  levels: z.array(levelSchema).readonly(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

const summarySchema = z.strictObject({
  format: z.literal('ticket-workbench/reproduction'),
  version: z.literal(2),
  name: z.string(),
  /** The fraction of the training length; 1 is in full. */
  scale: z.number().gt(0).lte(1),
  /** The number of replicates, where it is smaller than the experiment's own. */
  replicates: z.int().min(1).exactOptional(),
  runs: z.array(runSummarySchema).readonly(),
});
export type ReproductionSummary = z.infer<typeof summarySchema>;

const firstVersionSchema = z.looseObject({
  version: z.literal(1),
  environment: environmentSchema,
  runs: z.array(z.looseObject({})),
});

/** Version 1 had one environment for all runs. */
export const reproductionSummarySchema = z.preprocess((given) => {
  const first = firstVersionSchema.safeParse(given);
  if (!first.success) return given;
  const { environment, runs, ...others } = first.data;
  return {
    ...others,
    version: 2,
    runs: runs.map((run) => ({ ...run, environments: [environment] })),
  };
}, summarySchema);
