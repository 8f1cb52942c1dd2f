/**
 * What the JSON columns hold. This program writes them from typed values. Only the shape that the
 * code relies on is checked.
 */
import { z } from 'zod';
import { ERROR_CODES, type ErrorReport } from '../../shared/contract/errors.ts';
import { isPlainObject, type Json } from '../../shared/contract/json.ts';
import type { HistoryLevel } from '../../shared/contract/records/search-rows.ts';
import type { AnalysisResult } from '../../shared/domain/analysis.ts';
import type { DataSamples, DataSummary } from '../../shared/domain/data-summary.ts';
import type { Choice } from '../../shared/domain/definition.ts';
import { type DensitySpeed, ENGINE_IDS, type StepTimes } from '../../shared/domain/engine.ts';
import type { Extension } from '../../shared/domain/extension.ts';
import type { ParameterSpec } from '../../shared/domain/layout.ts';
import { PLUG_IN_KINDS, type UsedPlugIn } from '../../shared/domain/plug-in.ts';
import type { Environment } from '../../shared/domain/search.ts';
import type { Settings, WrittenSettings } from '../../shared/domain/settings.ts';
import type { SweepAxis, SweepValue } from '../../shared/domain/sweep.ts';
import { readArrayJson } from './array-json.ts';
import { json } from './columns.ts';

const GROUPS_OF_SETTINGS = [
  'dataset',
  'architecture',
  'initializer',
  'training',
  'pruning',
  'rewind',
  'replicates',
  'verdict',
] as const satisfies readonly (keyof Settings)[];

/**
 * Settings were validated against the registries when they were written. A registry entry may have
 * been removed since, so its own settings are not checked here.
 */
const hasGroupsOfSettings = (value: unknown): boolean =>
  isPlainObject(value) &&
  GROUPS_OF_SETTINGS.every((group) => isPlainObject(value[group])) &&
  Array.isArray(value['branches']);

const SETTINGS_MESSAGE = { error: `settings with ${GROUPS_OF_SETTINGS.join(', ')}, branches` };

/** Any value that `JSON.parse` returns. */
const anyJson = z.custom<Json>((value) => value !== undefined);

/** One of several names. The code that uses them checks which names exist. */
const nameOf = <Name extends string>() => z.custom<Name>((value) => typeof value === 'string');

export const settingsJson = json(z.custom<Settings>(hasGroupsOfSettings, SETTINGS_MESSAGE));

export const writtenSettingsJson = json(
  z.custom<WrittenSettings>(hasGroupsOfSettings, SETTINGS_MESSAGE),
);

const environment: z.ZodType<Environment> = z.looseObject({
  workbench: z.string(),
  code: z.string().optional(),
  node: z.string(),
  tensorflow: z.string(),
  platform: z.string(),
  cpu: z.string(),
  cores: z.int(),
  workers: z.int(),
  threadsPerWorker: z.int(),
});

export const environmentJson = json(environment);

export const errorJson = json(
  z.object({
    code: z.enum(ERROR_CODES),
    message: z.string(),
    hint: z.string().exactOptional(),
    isTemporary: z.literal(true).exactOptional(),
  }) satisfies z.ZodType<ErrorReport>,
);

export const parametersJson = json(
  z.array(
    z.looseObject({
      name: z.string(),
      layer: z.string(),
      layerKind: nameOf<ParameterSpec['layerKind']>(),
      kind: nameOf<ParameterSpec['kind']>(),
      shape: z.array(z.int()),
      size: z.int(),
      offset: z.int(),
      fanIn: z.number(),
      fanOut: z.number(),
      prunable: z.boolean(),
      trainable: z.boolean(),
      maskOffset: z.int(),
      isOutput: z.boolean(),
    }) satisfies z.ZodType<ParameterSpec>,
  ),
);

export const choiceJson = json(z.looseObject({ id: z.string() }) satisfies z.ZodType<Choice>);

export const axesJson = json(
  z.array(z.object({ path: z.string(), values: z.array(anyJson) }) satisfies z.ZodType<SweepAxis>),
);

export const pointJson = json(
  z.array(z.object({ path: z.string(), value: anyJson }) satisfies z.ZodType<SweepValue>),
);

export const stepTimesJson = json(
  z.partialRecord(z.enum(ENGINE_IDS), z.number()) satisfies z.ZodType<StepTimes>,
);

export const densitySpeedsJson = json(
  z.array(
    z.object({
      engine: z.enum(ENGINE_IDS),
      density: z.number(),
      millisecondsPerIteration: z.number(),
      millisecondsPerExample: z.number(),
    }),
  ) satisfies z.ZodType<DensitySpeed[]>,
);

/** By branch of a transfer: SHA-256, hex. */
const growth = z.object({ from: z.int(), to: z.int() });

const extension: z.ZodType<Extension> = z.object({
  at: z.number(),
  replicates: growth.optional(),
  levels: growth.optional(),
  branches: z.array(z.string()).optional(),
  idleMilliseconds: z.number().optional(),
});

export const extensionsJson = json(z.array(extension));

export const fingerprintsJson = json(z.record(z.string(), z.string()));

export const usedPlugInsJson = json(
  z.array(
    z.object({
      kind: z.enum(PLUG_IN_KINDS),
      id: z.string(),
      file: z.string(),
      sha256: z.string(),
    }) satisfies z.ZodType<UsedPlugIn>,
  ),
);

export const listOfText = json(z.array(z.string()));

export const historyLevelsJson = json(
  z.array(
    z.object({
      level: z.int(),
      density: z.number(),
    }) satisfies z.ZodType<HistoryLevel>,
  ),
);

export const listOfCounts = json(z.array(z.int()));

export const anyJsonText = json(anyJson);

const leftOut = z.object({
  what: z.string(),
  count: z.int(),
  reason: z.string(),
  setting: z.string().exactOptional(),
});

export const dataSummaryJson = json(
  z.object({
    dataset: z.string(),
    shape: z.array(z.int()),
    train: z.int(),
    validation: z.int(),
    test: z.int(),
    isTestHeldOut: z.boolean(),
    classes: z.array(
      z.object({ name: z.string(), train: z.int(), validation: z.int(), test: z.int() }),
    ),
    values: z.object({
      kind: z.enum(['bytes', 'floats']),
      smallest: z.number(),
      largest: z.number(),
      mean: z.number(),
    }),
    leftOut: z.array(leftOut),
    warnings: z.array(z.object({ message: z.string(), setting: z.string() })),
    refusal: z.object({ message: z.string(), hint: z.string() }).exactOptional(),
  }) satisfies z.ZodType<DataSummary>,
);

/** With typed arrays, in the format of `writeArrayJson`. */
export const dataSamplesJson = z
  .string()
  .transform(readArrayJson)
  .pipe(
    z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('images'),
        width: z.int(),
        height: z.int(),
        channels: z.union([z.literal(1), z.literal(3)]),
        images: z.array(z.object({ name: z.string(), pixels: z.instanceof(Uint8Array) })),
      }),
      z.object({
        kind: z.literal('rows'),
        columns: z.array(z.string()),
        columnsLeftOut: z.int(),
        rows: z.array(z.object({ name: z.string(), values: z.instanceof(Float32Array) })),
      }),
    ]) satisfies z.ZodType<DataSamples>,
  );

/** With typed arrays, in the format of `writeArrayJson`. */
export const analysisResultJson = z
  .string()
  .transform(readArrayJson)
  .pipe(
    z.custom<AnalysisResult>((value) => isPlainObject(value) && typeof value['kind'] === 'string', {
      error: 'the result of an analysis, with its kind',
    }),
  );
