/** Inputs that calls of several topics take. */
import { z } from 'zod';
import { epochs } from '../../domain/duration.ts';
import { MOST_COMPARED } from '../../domain/most-compared.ts';
import type { SweepDraft } from '../../domain/sweep.ts';
import { jsonObjectSchema, jsonSchema } from '../json.ts';

/** The id of a search or a registered entry. The bound keeps hostile ids out of error messages. */
export const id = z.string().min(1).max(64);

/** One search or as many as a history holds: every change in the history works in bulk. */
export const ids = z.array(id).min(1).max(100_000);

/** Handlers check it further. */
export const filePath = z.string().min(1).max(4096);

export const name = z.string().trim().min(1).max(200);

export const tag = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .refine((text) => !text.includes(','), { error: 'a tag without a comma' });

/** Unchecked settings. Handlers check them against the registries. */
export const settingsDraft = jsonObjectSchema(500_000);

export const tensorName = z.string().min(1).max(1000);

/** Searches beside each other. Unless another is named, the first is the reference. */
export const comparedIds = z.array(id).min(2).max(MOST_COMPARED);

const rangeEnd = z.union([z.number(), epochs]);

/** A list of values or a range for each swept path. Handlers check it further. */
export const sweepDraft: z.ZodType<SweepDraft> = z.record(
  z.string().min(1).max(200),
  z.union([
    z.array(jsonSchema(10_000)).max(1000),
    z.strictObject({ from: rangeEnd, to: rangeEnd, step: rangeEnd }),
    z.strictObject({ from: rangeEnd, to: rangeEnd, factor: z.number() }),
  ]),
);

/** The number of concurrent trainings; one per core by default. */
export const workers = z.int().min(1).max(1024).optional();
