/**
 * The format of a bundle: a zip file whose name ends with `.ticket`.
 *
 *     bundle.json                              the manifest: version, searches, and every other file
 *     README.md                                for whoever opens it without this program
 *     searches/<id>/search.json                a `BundledSearch`
 *     searches/<id>/trainings/<name>.json      a `BundledTraining` each
 *     arrays/<SHA-256>                         masks and weights; equal ones are there once
 *
 * The manifest names the size and the SHA-256 of every other file. Numbers in arrays are little-endian.
 */
import { z } from 'zod';
import { isPlainObject, type Json } from '../../../shared/contract/json.ts';
import type { BundledSearch, BundledTraining } from '../../../shared/domain/bundle.ts';
import { ENGINE_IDS } from '../../../shared/domain/engine.ts';
import { PLUG_IN_KINDS } from '../../../shared/domain/plug-in.ts';
import type { ParameterSpec } from '../../../shared/domain/layout.ts';
import { SETTINGS_VERSION, type Settings } from '../../../shared/domain/settings.ts';

export const BUNDLE_ENDING = 'ticket';
export const BUNDLE_FORMAT = 'ticket-workbench-bundle';
/** Increase it when an older version could misread a bundle. */
export const BUNDLE_VERSION = 1;

export const MANIFEST_FILE = 'bundle.json';
export const README_FILE = 'README.md';
export const searchFile = (id: string): string => `searches/${id}/search.json`;
export const arrayFile = (sha256: string): string => `arrays/${sha256}`;

/** The name says which training it is; characters that a file name can't have become `-`. */
export function trainingFile(
  id: string,
  { replicate, level, branch }: BundledTraining['key'],
  index: number,
): string {
  const named = branch.replaceAll(/[^\w-]+/g, '-');
  return `searches/${id}/trainings/${index + 1}-replicate-${replicate + 1}-level-${level}-${named}.json`;
}

const LONGEST_TEXT = 100_000;
export const LONGEST_NAME = 1000;
/** More than anyone has of anything: levels, sessions, tags. */
const MOST = 100_000;
/** Files beside the manifest: trainings of a thousand replicates, with an array each for weights and masks. */
export const MOST_FILES = 1_000_000;
/** Bytes of JSON in one file but the manifest. Parsed, it takes some ten times as much memory. */
export const LARGEST_JSON = 2 ** 25;
/** Bytes of the manifest for each file, beside its path: size, SHA-256, names, and white space. */
const MANIFEST_ENTRY = 200;

/** The most bytes that the manifest of these files has. */
export function largestManifest(paths: readonly string[]): number {
  return paths.reduce((sum, { length }) => sum + length + MANIFEST_ENTRY, LARGEST_JSON);
}

const name = z.string().max(LONGEST_NAME);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 as 64 hexadecimal digits');
const count = z.int().min(0);
const moment = z.int().min(0);
const milliseconds = z.number().min(0);

export const searchId = z.string().regex(/^\d{8}-\d{6}-[0-9a-z]{4}$/, 'the id of a search');
const sweepId = z.string().regex(/^s\d{8}-\d{6}-[0-9a-z]{4}$/, 'the id of a sweep');

/** What can be read of a manifest of any version. */
export const manifestHead = z.looseObject({
  format: z.literal(BUNDLE_FORMAT),
  version: z.int().min(1),
  workbench: name,
});

export const manifestSchema = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  version: z.literal(BUNDLE_VERSION),
  /** The version of the workbench that wrote it. */
  workbench: name,
  /** Unix time, milliseconds. */
  createdAt: moment,
  searches: z.array(searchId).min(1).max(MOST),
  hasWeights: z.boolean(),
  files: z.array(z.strictObject({ path: name, bytes: count, sha256 })).max(MOST_FILES),
});
export type Manifest = z.output<typeof manifestSchema>;

/** Checked in full by the store's own readers before a merge ends. */
const settings = z.custom<Settings>(isPlainObject, { error: 'settings' });
const json = z.custom<Json>((value) => value !== undefined);
const choice = z.looseObject({ id: name });
const engine = z.enum(ENGINE_IDS);
const fraction = z.number().min(0).max(1);

const parameter = z.strictObject({
  name,
  layer: name,
  layerKind: z.custom<ParameterSpec['layerKind']>((value) => typeof value === 'string'),
  kind: z.custom<ParameterSpec['kind']>((value) => typeof value === 'string'),
  shape: z.array(z.int().min(1)).max(8),
  size: z.int().min(1),
  offset: count,
  fanIn: z.number(),
  fanOut: z.number(),
  prunable: z.boolean(),
  trainable: z.boolean(),
  maskOffset: z.int().min(-1),
  isOutput: z.boolean(),
});

/** Consecutive tensors whose sizes are those of their shapes. */
const parameters = z
  .array(parameter)
  .min(1)
  .max(MOST)
  .refine(isConsecutive, { error: 'tensors that follow each other in the flat vector' });

function isConsecutive(tensors: readonly ParameterSpec[]): boolean {
  let offset = 0;
  let maskOffset = 0;
  for (const tensor of tensors) {
    if (tensor.offset !== offset) return false;
    if (tensor.size !== tensor.shape.reduce((product, side) => product * side, 1)) return false;
    if (tensor.maskOffset !== (tensor.prunable ? maskOffset : -1)) return false;
    offset += tensor.size;
    if (tensor.prunable) maskOffset += tensor.size;
  }
  return Number.isSafeInteger(offset);
}

const environment = z.strictObject({
  workbench: name,
  code: name.optional(),
  node: name,
  tensorflow: name,
  platform: name,
  cpu: name,
  cores: count,
  workers: count,
  threadsPerWorker: count,
});

const growth = z.strictObject({ from: z.int(), to: z.int() });

export const searchSchema: z.ZodType<BundledSearch> = z.strictObject({
  id: searchId,
  name,
  createdAt: moment,
  note: z.string().max(LONGEST_TEXT),
  tags: z.array(name).max(MOST),
  settingsVersion: z.literal(SETTINGS_VERSION),
  written: settings,
  settings,
  parameters,
  targets: z
    .array(z.strictObject({ branch: name, parameters, datasetFingerprint: sha256.optional() }))
    .max(MOST),
  datasetFingerprint: z.union([sha256, z.literal('')]),
  plugIns: z
    .array(z.strictObject({ kind: z.enum(PLUG_IN_KINDS), id: name, file: name, sha256 }))
    .max(MOST),
  extensions: z
    .array(
      z.strictObject({
        at: moment,
        replicates: growth.optional(),
        levels: growth.optional(),
        branches: z.array(name).max(MOST).optional(),
        idleMilliseconds: milliseconds.optional(),
      }),
    )
    .max(MOST),
  engines: z.array(z.strictObject({ level: count, engine })).max(MOST),
  sessions: z.array(z.strictObject({ startedAt: moment, environment })).max(MOST),
  data: z.array(z.strictObject({ branch: name, summary: json, samples: z.string() })).max(MOST),
  analyses: z
    .array(
      z.strictObject({
        choice,
        unitsTotal: z.int().min(1),
        isWanted: z.boolean(),
        requestedAt: moment,
        units: z
          .array(
            z.strictObject({
              unit: name,
              session: count,
              result: z.string(),
              milliseconds,
              finishedAt: moment,
            }),
          )
          .max(MOST),
      }),
    )
    .max(MOST),
  place: z
    .strictObject({
      sweep: z.strictObject({
        id: sweepId,
        name,
        createdAt: moment,
        axes: z.array(z.strictObject({ path: name, values: z.array(json).max(MOST) })).max(MOST),
      }),
      position: count,
      values: z.array(z.strictObject({ path: name, value: json })).max(MOST),
    })
    .optional(),
});

const ROLE =
  /^(mask|next-mask|initial-weights|final-weights|rewind-point|correct-at-early-stop|iteration-\d{1,15})$/;

export const trainingSchema: z.ZodType<BundledTraining> = z.strictObject({
  key: z.strictObject({ replicate: count, level: count, branch: name }),
  session: count,
  density: fraction,
  keptCounts: z.array(count).max(MOST),
  engine,
  trainingMilliseconds: milliseconds,
  evaluationMilliseconds: milliseconds,
  finishedAt: moment,
  identity: sha256.optional(),
  pruningIdentity: sha256.optional(),
  adoptedFrom: name.optional(),
  evaluations: z.array(
    z
      .strictObject({
        iteration: count,
        validationLoss: z.number(),
        validationAccuracy: fraction,
        testLoss: z.number().optional(),
        testAccuracy: fraction.optional(),
      })
      .transform((evaluation) => ({ testLoss: undefined, testAccuracy: undefined, ...evaluation })),
  ),
  arrays: z.record(z.string().regex(ROLE, 'the role of an array'), sha256),
});

/** Roles that are no weights: they stay in a bundle without weights. */
export const isWeights = (role: string): boolean =>
  role !== 'mask' && role !== 'next-mask' && role !== 'correct-at-early-stop';
