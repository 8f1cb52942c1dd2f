import { z } from 'zod';
import {
  type Catalog,
  type CatalogEntry,
  type CatalogKind,
  COMPARISON_EXPORT_SUBJECTS,
  EXPORT_SUBJECTS,
  type ExportFormat,
  type JsonSchema,
  type ProgramEntry,
  SWEEP_EXPORT_SUBJECTS,
} from '../../../shared/contract/records/catalog.ts';
import type { Definition } from '../../../shared/domain/definition.ts';
import { PLUG_IN_KINDS } from '../../../shared/domain/plug-in.ts';
import { settingsSchema } from '../../../shared/domain/settings.ts';
import { datasets } from '../../engine/datasets/index.ts';
import { plugInOf } from '../../engine/plug-ins/load.ts';
import type { Exporter } from '../../exporters/exporter.ts';
import { exporters } from '../../exporters/index.ts';
import { programs } from '../../exporters/programs/index.ts';
import type { AnyProgram } from '../../exporters/programs/program.ts';
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
    programs: programs.entries.map(programOf),
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

function programOf(program: AnyProgram): ProgramEntry {
  const { needs, single } = program;
  return { ...entryOf('programs', program), needs, fileEnding: single?.fileEnding ?? 'zip' };
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
