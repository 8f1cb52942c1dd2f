import { WorkbenchError } from '../../shared/contract/errors.ts';
import {
  COMPARISON_EXPORT_SUBJECTS,
  EXPORT_SUBJECTS,
  SWEEP_EXPORT_SUBJECTS,
} from '../../shared/contract/records/catalog.ts';
import { registry } from '../../shared/domain/definition.ts';
import { csv, spreadsheetCsv } from './csv.ts';
import type { AnySubject, Exporter, Write } from './exporter.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { latex } from './latex.ts';
import { markdown } from './markdown.ts';
import { npz } from './npz.ts';
import { pdf } from './pdf.ts';
import { png } from './png.ts';
import { safetensors } from './safetensors.ts';
import { svg } from './svg.ts';

export const exporters = registry<Exporter>('export format', [
  npz,
  safetensors,
  json,
  csv,
  spreadsheetCsv,
  latex,
  markdown,
  html,
  pdf,
  svg,
  png,
]);

const OF_SWEEPS = SWEEP_EXPORT_SUBJECTS.map((each) => `sweep-${each}` as const);
const OF_COMPARISONS = COMPARISON_EXPORT_SUBJECTS.map((each) => `comparison-${each}` as const);

/**
 * The function that writes a subject in a format.
 *
 * @throws WorkbenchError `invalid-argument` for an unknown format or one that cannot hold the
 *   subject; it names what is possible.
 */
export function writerFor<Subject extends AnySubject>(
  subject: Subject,
  format: string,
): Write<Subject> {
  const exporter = exporters.entries.find(({ id }) => id === format);
  const write: Write<Subject> | undefined = exporter?.write[subject];
  if (write) return write;
  const siblings = siblingsOf(subject);
  throw new WorkbenchError(
    'invalid-argument',
    `${nameOf(subject)} can't be exported as ${format}; expected ${formatsOf(subject).join(' or ')}`,
    `Possible are ${siblings.map((each) => `${nameOf(each)} as ${formatsOf(each).join(' or ')}`).join('; ')}.`,
  );
}

/** What else can be exported of the same thing: of a search, a sweep or a comparison. */
function siblingsOf(subject: AnySubject): readonly AnySubject[] {
  const own = [OF_SWEEPS, OF_COMPARISONS].find((each: readonly AnySubject[]) =>
    each.includes(subject),
  );
  return own ?? EXPORT_SUBJECTS;
}

/** The name without the prefix, for messages in which a search, sweep or comparison is named. */
function nameOf(subject: AnySubject): string {
  return subject.replace(/^(sweep|comparison)-/, '');
}

function formatsOf(subject: AnySubject): string[] {
  return exporters.entries.filter(({ write }) => write[subject]).map(({ id }) => id);
}
