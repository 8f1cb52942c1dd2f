/** Which formats something can be saved in, as the catalog says. */
import type {
  Catalog,
  ComparisonExportSubject,
  ExportFormat,
  ExportSubject,
  SweepExportSubject,
} from '../../shared/contract/records/catalog.ts';

/** The formats for a subject of a search, by id. */
export function formatsFor(
  catalog: Catalog | undefined,
  subject: ExportSubject,
): readonly ExportFormat[] {
  return byId(catalog, ({ subjects }) => subjects.includes(subject));
}

/** The formats for a subject of several searches beside each other, by id. */
export function formatsForComparison(
  catalog: Catalog | undefined,
  subject: ComparisonExportSubject,
): readonly ExportFormat[] {
  return byId(catalog, ({ comparisonSubjects }) => comparisonSubjects.includes(subject));
}

/** The formats for a subject of a sweep, by id. */
export function formatsForSweep(
  catalog: Catalog | undefined,
  subject: SweepExportSubject,
): readonly ExportFormat[] {
  return byId(catalog, ({ sweepSubjects }) => sweepSubjects.includes(subject));
}

function byId(
  catalog: Catalog | undefined,
  isWanted: (format: ExportFormat) => boolean,
): ExportFormat[] {
  const wanted = (catalog?.exportFormats ?? []).filter(isWanted);
  return wanted.sort((one, other) => (one.id < other.id ? -1 : 1));
}
