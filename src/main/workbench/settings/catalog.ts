import { z } from 'zod';
import {
  type Catalog,
  type CatalogEntry,
  type CatalogKind,
  COMPARISON_EXPORT_SUBJECTS,
  EXPORT_SUBJECTS,
  type ExportFormat,
  type JsonSchema,
  SWEEP_EXPORT_SUBJECTS,
} from '../../../shared/contract/records/catalog.ts';
import type { Definition } from '../../../shared/domain/definition.ts';
import { PLUG_IN_KINDS } from '../../../shared/domain/plug-in.ts';
import { settingsSchema } from '../../../shared/domain/settings.ts';
import { datasets } from '../../engine/datasets/index.ts';
import { plugInOf } from '../../engine/plug-ins/load.ts';
import type { Exporter } from '../../exporters/exporter.ts';
import { exporters } from '../../exporters/index.ts';
import { datasetState } from '../datasets/overview.ts';
import { registries } from './registries.ts';

export function catalog(): Catalog {
  return {
    datasets: entriesOf('datasets').map((entry) => ({
      ...entry,
      state: datasetState(datasets.get(entry.id)),
    })),
    normalizations: entriesOf('normalizations'),
    architectures: entriesOf('architectures'),
    initializers: entriesOf('initializers'),
    optimizers: entriesOf('optimizers'),
    learningRateSchedules: entriesOf('learningRateSchedules'),
    strategies: entriesOf('strategies'),
    pruningSchedules: entriesOf('pruningSchedules'),
    rewinds: entriesOf('rewinds'),
    branches: entriesOf('branches'),
    analyses: entriesOf('analyses'),
    exportFormats: exporters.entries.map(formatOf),
    settings: jsonSchemaOf(settingsSchema(registries)),
  };
}

function entriesOf(kind: CatalogKind): CatalogEntry[] {
  return registries[kind].entries.map((entry) => entryOf(kind, entry));
}

function entryOf(kind: string, { id, label, description, hparams }: Definition): CatalogEntry {
  const plugInKind = PLUG_IN_KINDS.find((each) => each === kind);
  const plugIn = plugInKind && plugInOf(plugInKind, id);
  return {
    id,
    label,
    description,
    settings: jsonSchemaOf(hparams),
    ...(plugIn ? { plugIn: plugIn.file } : {}),
  };
}

function formatOf(exporter: Exporter): ExportFormat {
  const { mediaType, fileEnding, write } = exporter;
  return {
    ...entryOf('exporters', exporter),
    mediaType,
    fileEnding,
    subjects: EXPORT_SUBJECTS.filter((subject) => write[subject]),
    sweepSubjects: SWEEP_EXPORT_SUBJECTS.filter((subject) => write[`sweep-${subject}`]),
    comparisonSubjects: COMPARISON_EXPORT_SUBJECTS.filter(
      (subject) => write[`comparison-${subject}`],
    ),
  };
}

/** The schema of what a user may write: settings with defaults may be omitted. */
function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
}
