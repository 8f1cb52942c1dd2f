/** Searches, sweeps, comparisons and charts as files. */
import { z } from 'zod';
import { DENSITY_CHARTS } from '../../charts/density-chart.ts';
import { CHART_THEME_NAMES } from '../../charts/palette.ts';
import { MOST_COMPARED } from '../../domain/most-compared.ts';
import { MAXIMUM_GRID_POINTS } from '../../domain/sweep.ts';
import { ownSeriesSchema } from '../../published/schema.ts';
import { SWEEP_METRIC_IDS } from '../../sweep/sweep-metrics.ts';
import { chartLookChoice } from '../chart-look.ts';
import { chartSchema } from '../chart-schema.ts';
import {
  COMPARISON_EXPORT_SUBJECTS,
  EXPORT_SUBJECTS,
  SWEEP_EXPORT_SUBJECTS,
} from '../records/catalog.ts';
import type { DownloadableFile } from '../records/host.ts';
import { call, returns } from './call.ts';
import { comparedIds, id, tensorName } from './inputs.ts';

/** How a chart is drawn as a file. Handlers check that its size is within range. */
const drawing = {
  look: chartLookChoice.optional(),
  theme: z.enum(CHART_THEME_NAMES).optional(),
};

/** The methods paragraph of a report, in Markdown. By default it is written from the settings. */
const methods = z.string().max(100_000).optional();

/** The points of others in charts against density. By default the published figures that fit. */
const points = z
  .strictObject({
    isPublishedShown: z.boolean(),
    own: z.array(ownSeriesSchema).max(1000).readonly(),
  })
  .optional();

export const EXPORT_CALLS = {
  'search.export': call(
    z.strictObject({
      id,
      what: z.enum(EXPORT_SUBJECTS),
      /** The id of an export format of the catalog. */
      format: id,
      /** The level of masks, weights and charts of one training; the last one by default. */
      level: z.int().min(0).optional(),
      /** Counted from 0. */
      replicate: z.int().min(0).default(0),
      branch: id.default('ticket'),
      chart: id.default('accuracy'),
      /** The tensor of a mask or of weights as a chart. */
      tensor: tensorName.optional(),
      /** The analysis to export. By default all of them, or for a chart the last one that fits. */
      analysis: z.int().min(1).optional(),
      methods,
      points,
      ...drawing,
    }),
    returns<DownloadableFile>(),
  ),
  /** A search for another program: PyTorch, ONNX Runtime, TensorBoard… `export-progress` follows. */
  'search.exportFor': call(
    z.strictObject({
      id,
      /** The id of one of the catalog's programs. */
      program: id,
      /** For a program that takes one subnetwork: its level; the last one by default. */
      level: z.int().min(0).optional(),
      /** Counted from 0. */
      replicate: z.int().min(0).default(0),
      branch: id.default('ticket'),
    }),
    returns<DownloadableFile>(),
  ),
  /** Ends `search.exportFor` of that search, which then fails as `interrupted`. */
  'search.stopExportFor': call(z.strictObject({ id }), returns<undefined>()),
  /** Draws a chart of the window as a file, with the same code as every other export of a chart. */
  'chart.export': call(
    z.strictObject({
      chart: chartSchema,
      theme: z.enum(CHART_THEME_NAMES),
      look: chartLookChoice.optional(),
      /** The id of an export format of the catalog. */
      format: id,
      /** The name of the file, without its ending. */
      name: z.string().max(1000),
    }),
    returns<DownloadableFile>(),
  ),
  'sweep.export': call(
    z.strictObject({
      id,
      what: z.enum(SWEEP_EXPORT_SUBJECTS),
      /** The id of an export format of the catalog. */
      format: id,
      /** The quantity that a chart shows against density. */
      chart: z.enum(DENSITY_CHARTS).default('accuracy'),
      /** What a table and a report are about. Default: accuracy of the last ticket of each search. */
      metric: z.enum(SWEEP_METRIC_IDS).optional(),
      branch: id.optional(),
      level: z.int().min(0).optional(),
      /** In place of a level: the one of each search that is nearest. */
      density: z.number().gt(0).max(1).optional(),
      /** The rows of a table, in their order. Default: all searches. */
      searches: z.array(id).max(MAXIMUM_GRID_POINTS).optional(),
      methods,
      points,
      ...drawing,
    }),
    returns<DownloadableFile>(),
  ),
  /** Levels of several searches at equal densities: as a table, a chart or a report. */
  'comparison.export': call(
    z.strictObject({
      ids: comparedIds,
      /** The search that differences are from. Default: the first. */
      reference: id.optional(),
      what: z.enum(COMPARISON_EXPORT_SUBJECTS),
      /** The id of an export format of the catalog. */
      format: id,
      branch: id.default('ticket'),
      /** The quantity that a chart shows against density. */
      chart: z.enum(DENSITY_CHARTS).default('accuracy'),
      /** By search: its place among the colours of lines. Default: in order. */
      colours: z
        .array(
          z
            .int()
            .min(0)
            .max(MOST_COMPARED - 1),
        )
        .max(MOST_COMPARED)
        .optional(),
      /** The masks that a report compares: of all searches, or of the reference with the others. */
      pairs: z.enum(['all', 'reference']).default('reference'),
      methods,
      points,
      ...drawing,
    }),
    returns<DownloadableFile>(),
  ),
  /** The methods paragraph that a report would have, to be edited. */
  'report.methods': call(
    z.strictObject({
      subject: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('search'), id }),
        z.strictObject({ kind: z.literal('sweep'), id }),
        z.strictObject({ kind: z.literal('comparison'), ids: comparedIds }),
      ]),
    }),
    returns<string>(),
  ),
} as const;
