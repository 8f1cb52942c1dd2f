import { z } from 'zod';
import {
  type Catalog,
  type CatalogEntry,
  EXPORT_SUBJECTS,
  type ExportFormat,
  type JsonSchema,
  SWEEP_EXPORT_SUBJECTS,
} from '../../../shared/contract/records.ts';
import type { Definition, Registry } from '../../../shared/domain/definition.ts';
import { settingsSchema } from '../../../shared/domain/settings.ts';
import { datasets } from '../../engine/datasets/index.ts';
import type { Exporter } from '../../exporters/exporter.ts';
import { exporters } from '../../exporters/index.ts';
import { datasetState } from '../datasets/overview.ts';
import { registries } from './registries.ts';

export function catalog(): Catalog {
  return {
    datasets: entriesOf(datasets).map((entry) => ({
      ...entry,
      state: datasetState(datasets.get(entry.id)),
    })),
    normalizations: entriesOf(registries.normalizations),
    architectures: entriesOf(registries.architectures),
    initializers: entriesOf(registries.initializers),
    optimizers: entriesOf(registries.optimizers),
    learningRateSchedules: entriesOf(registries.learningRateSchedules),
    strategies: entriesOf(registries.strategies),
    pruningSchedules: entriesOf(registries.pruningSchedules),
    rewinds: entriesOf(registries.rewinds),
    branches: entriesOf(registries.branches),
    analyses: entriesOf(registries.analyses),
    exportFormats: exporters.entries.map(formatOf),
    settings: jsonSchemaOf(settingsSchema(registries)),
  };
}

function entriesOf(registered: Registry<Definition>): CatalogEntry[] {
  return registered.entries.map(entryOf);
}

function entryOf({ id, label, description, hparams }: Definition): CatalogEntry {
  return { id, label, description, settings: jsonSchemaOf(hparams) };
}

function formatOf(exporter: Exporter): ExportFormat {
  const { mediaType, fileEnding, write } = exporter;
  return {
    ...entryOf(exporter),
    mediaType,
    fileEnding,
    subjects: EXPORT_SUBJECTS.filter((subject) => write[subject]),
    sweepSubjects: SWEEP_EXPORT_SUBJECTS.filter((subject) => write[`sweep-${subject}`]),
  };
}

/** The schema of what a user may write: defaults may be left out. */
function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
}
