import { WorkbenchError } from '../../shared/contract/errors.ts';
import {
  EXPORT_SUBJECTS,
  type ExportSubject,
  SWEEP_EXPORT_SUBJECTS,
} from '../../shared/contract/records/catalog.ts';
import { registry } from '../../shared/domain/definition.ts';
import { csv, spreadsheetCsv } from './csv.ts';
import type { Exporter, SweepSubject, Write } from './exporter.ts';
import { json } from './json.ts';
import { npz } from './npz.ts';
import { png } from './png.ts';
import { safetensors } from './safetensors.ts';
import { svg } from './svg.ts';

export const exporters = registry<Exporter>('export format', [
  npz,
  safetensors,
  json,
  csv,
  spreadsheetCsv,
  svg,
  png,
]);

/**
 * The function that writes a subject in a format.
 *
 * @throws WorkbenchError `invalid-argument` for an unknown format or one that cannot hold the
 *   subject; it names what is possible.
 */
export function writerFor<Subject extends ExportSubject | SweepSubject>(
  subject: Subject,
  format: string,
): Write<Subject> {
  const exporter = exporters.entries.find(({ id }) => id === format);
  const write: Write<Subject> | undefined = exporter?.write[subject];
  if (write) return write;
  const ofSweeps = SWEEP_EXPORT_SUBJECTS.map((each) => `sweep-${each}` as const);
  const siblings = ofSweeps.some((each) => each === subject) ? ofSweeps : EXPORT_SUBJECTS;
  throw new WorkbenchError(
    'invalid-argument',
    `${nameOf(subject)} can't be exported as ${format}; expected ${formatsOf(subject).join(' or ')}`,
    `Possible are ${siblings.map((each) => `${nameOf(each)} as ${formatsOf(each).join(' or ')}`).join('; ')}.`,
  );
}

/** The name without the prefix, for messages in which a search or a sweep is named. */
function nameOf(subject: ExportSubject | SweepSubject): string {
  return subject.replace('sweep-', '');
}

function formatsOf(subject: ExportSubject | SweepSubject): string[] {
  return exporters.entries.filter(({ write }) => write[subject]).map(({ id }) => id);
}
