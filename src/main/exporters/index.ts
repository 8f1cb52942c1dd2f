import { WorkbenchError } from '../../shared/contract/errors.ts';
import { registry } from '../../shared/domain/definition.ts';
import { csv } from './csv.ts';
import { EXPORT_SUBJECTS, type Exporter, type ExportSubject, type Write } from './exporter.ts';
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
  svg,
  png,
]);

/**
 * The function that writes a subject in a format.
 *
 * @throws WorkbenchError `invalid-argument` naming what is possible for a combination that is not.
 */
export function writerFor<Subject extends ExportSubject>(
  subject: Subject,
  format: string,
): Write<Subject> {
  const exporter = exporters.entries.find(({ id }) => id === format);
  const write: Write<Subject> | undefined = exporter?.write[subject];
  if (write) return write;
  throw new WorkbenchError(
    'invalid-argument',
    `${subject} can't be exported as ${format}; expected ${formatsOf(subject).join(' or ')}`,
    `Possible are ${EXPORT_SUBJECTS.map((each) => `${each} as ${formatsOf(each).join(' or ')}`).join('; ')}.`,
  );
}

function formatsOf(subject: ExportSubject): string[] {
  return exporters.entries.filter(({ write }) => write[subject]).map(({ id }) => id);
}
