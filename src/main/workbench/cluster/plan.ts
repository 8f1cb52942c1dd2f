/**
 * A plan: searches that are to be run in parts, and the parts. It freezes the code's version, the settings
 * and the engines, and is all that a part needs to run anywhere.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../../../provision/atomic-file.mjs';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { BundledSearch } from '../../../shared/domain/bundle.ts';
import { explainWriteError } from '../../exporters/write-file.ts';
import { searchId, searchSchema } from '../bundles/bundle-format.ts';
import { codeVersion } from '../code-version.ts';
import { WORKBENCH_VERSION } from '../environment.ts';

export const PLAN_FORMAT = 'ticket-workbench-plan';
export const PLAN_VERSION = 1;
const PLAN_FILE = 'plan.json';

/** One replicate of a search: its chain of levels, with the branches beside it. */
export interface ShardPart {
  readonly searchId: string;
  /** Counted from 0. */
  readonly replicate: number;
}

/** What runs at once, in one process: parts that share their dense network, and small ones together. */
export interface Shard {
  /** Counted from 1. */
  readonly number: number;
  readonly parts: readonly ShardPart[];
  /** Trainings that parts share count once. */
  readonly trainings: number;
  /** Seconds on one worker of the machine that planned it; missing if nothing similar has run there. */
  readonly seconds?: number | undefined;
}

export interface ClusterPlan {
  readonly format: typeof PLAN_FORMAT;
  readonly version: typeof PLAN_VERSION;
  /** The version of the workbench that made it, which has to run it. */
  readonly workbench: string;
  /** The code of that version, which has to be the same, too. */
  readonly code: string;
  readonly name: string;
  /** Unix time, milliseconds. */
  readonly createdAt: number;
  /** Whether the bundles of finished shards have weights. */
  readonly withWeights: boolean;
  /** Without trainings. */
  readonly searches: readonly BundledSearch[];
  readonly shards: readonly Shard[];
}

const count = z.int().min(1);

const planSchema: z.ZodType<ClusterPlan> = z.strictObject({
  format: z.literal(PLAN_FORMAT),
  version: z.literal(PLAN_VERSION),
  workbench: z.string(),
  code: z.string(),
  name: z.string(),
  createdAt: z.int(),
  withWeights: z.boolean(),
  searches: z.array(searchSchema).min(1),
  shards: z
    .array(
      z.strictObject({
        number: count,
        parts: z.array(z.strictObject({ searchId, replicate: z.int().min(0) })).min(1),
        trainings: count,
        seconds: z.number().min(0).optional(),
      }),
    )
    .min(1),
});

/** @throws WorkbenchError `conflict` if there is a plan; as `writeExport` if the disk refuses. */
export function writePlan(folder: string, plan: ClusterPlan): void {
  const file = path.join(folder, PLAN_FILE);
  try {
    writeFileAtomically(file, `${JSON.stringify(plan)}\n`, { overwrite: false });
  } catch (cause) {
    throw explainWriteError(file, cause);
  }
}

/** @throws WorkbenchError `not-found`; `invalid-data` naming what is wrong. */
export function readPlan(folder: string): ClusterPlan {
  const file = path.join(folder, PLAN_FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new WorkbenchError(
      'not-found',
      `there is no plan ${file}: ${messageOf(cause)}`,
      'Make one with "ticket plan" or "ticket submit".',
      { cause },
    );
  }
  return parsePlan(file, text);
}

function parsePlan(file: string, text: string): ClusterPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, messageOf(cause));
  }
  const parsed = planSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is damaged'}`);
}

function invalid(file: string, problem: string): WorkbenchError {
  return new WorkbenchError(
    'invalid-data',
    `${file} is no plan that this version can run: ${problem}`,
    'Make the plan again with "ticket plan".',
  );
}

/**
 * @throws WorkbenchError `conflict` if another version, or other code of it, made the plan: its parts would not have the same
 *   bits; `not-found` for a number that no shard has.
 */
export function shardOf(plan: ClusterPlan, number: number): Shard {
  if (plan.workbench !== WORKBENCH_VERSION) {
    throw new WorkbenchError(
      'conflict',
      `the plan was made by version ${plan.workbench} of the workbench, and this is version ${WORKBENCH_VERSION}`,
      'Run it with the version that made it, or make the plan again.',
    );
  }
  if (plan.code !== codeVersion()) {
    throw new WorkbenchError(
      'conflict',
      `the plan was made by the code ${plan.code} of version ${plan.workbench}, and this is ${codeVersion()}: what trains has changed`,
      'Run it with the program that made it, or make the plan again.',
    );
  }
  const shard = plan.shards.find((each) => each.number === number);
  if (shard) return shard;
  throw new WorkbenchError(
    'not-found',
    `the plan has no shard ${number}; it has ${plan.shards.length}`,
    'Shards are counted from 1.',
  );
}
