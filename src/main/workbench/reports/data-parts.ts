/** What was read of the data, and where searches ran, as parts of a report. */
import type { SweepAxis } from '../../../shared/domain/sweep.ts';
import { type DataSummary, describeData } from '../../../shared/domain/data-summary.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { amount } from '../../../shared/amount.ts';
import { largest, smallest } from '../../../shared/extremes.ts';
import type { ReportFact, ReportPart } from '../../exporters/report.ts';
import type { ReportedSearch } from './reported-search.ts';
import { paragraph } from './verdict-parts.ts';

export function dataParts({ data }: Pick<ReportedSearch, 'data'>): ReportPart[] {
  if (data.size === 0) return [paragraph('The search has not read its data yet.')];
  const own = [...data].toSorted(
    ([one], [other]) => Number(other === TICKET_BRANCH) - Number(one === TICKET_BRANCH),
  );
  return own.flatMap(([branch, summary]) => {
    const on = branch === TICKET_BRANCH ? '' : `${branch}: `;
    return [
      paragraph(`${on}${describeData(summary)}`),
      { kind: 'facts', facts: factsOf(summary) },
      ...warningsOf(summary),
    ] as const;
  });
}

function factsOf(summary: DataSummary): ReportFact[] {
  const { values, classes, leftOut } = summary;
  const counts = classes.map(({ train }) => train);
  return [
    { label: 'Features', value: `${values.kind} from ${values.smallest} to ${values.largest}` },
    {
      label: 'Classes',
      value: `${classes.length}, with ${smallest(counts)} to ${largest(counts)} training examples each`,
    },
    ...(leftOut.length === 0
      ? []
      : [
          {
            label: 'Left out',
            value: leftOut.map(({ what, count }) => `${what} (${count})`).join('; '),
          },
        ]),
  ];
}

function warningsOf({ warnings }: DataSummary): ReportPart[] {
  if (warnings.length === 0) return [];
  return [{ kind: 'list', items: warnings.map(({ message }) => `Warning: ${message}`) }];
}

export function environmentParts({ search }: ReportedSearch): ReportPart[] {
  const { environment } = search;
  if (environment.cores === 0) return [paragraph('The search has not run yet.')];
  const facts: ReportFact[] = [
    { label: 'Ticket Workbench', value: environment.workbench },
    { label: 'Node', value: environment.node },
    { label: 'TensorFlow', value: environment.tensorflow },
    { label: 'Platform', value: environment.platform },
    {
      label: 'Processor',
      value: `${environment.cpu}, ${amount(environment.cores, 'core')}, ${amount(environment.workers, 'worker')} of ${amount(environment.threadsPerWorker, 'thread')} each`,
    },
    ...identityFacts(search),
  ];
  return [
    { kind: 'facts', facts },
    paragraph('Equal settings give bit-identical results in an equal environment.'),
  ];
}

function identityFacts(search: ReportedSearch['search']): ReportFact[] {
  return [
    { label: 'Search', value: search.id },
    { label: 'SHA-256 of the settings', value: search.settingsHash },
    ...fingerprintsOf(search).map(([data, fingerprint]) => ({
      label: `SHA-256 of the examples of ${data}`,
      value: fingerprint,
    })),
    { label: 'Started (UTC)', value: moment(search.createdAt) },
    ...(search.finishedAt === undefined
      ? []
      : [{ label: 'Finished (UTC)', value: moment(search.finishedAt) }]),
    ...(search.plugIns ?? []).map(({ kind, id, file, sha256 }) => ({
      label: `Plug-in for ${id} (${kind})`,
      value: `${file}, SHA-256 ${sha256}`,
    })),
  ];
}

/** Checksums of the decoded examples, by the name of their dataset or branch. Empty before the search has run. */
function fingerprintsOf(search: ReportedSearch['search']): [string, string][] {
  if (search.datasetFingerprint === '') return [];
  return [
    [search.settings.dataset.id, search.datasetFingerprint],
    ...Object.entries(search.targetFingerprints ?? {}),
  ];
}

/** `2025-03-14 15:30`, in universal time, so that equal searches give equal reports. */
function moment(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ');
}

/** The notes of searches. With several of them, each under its name. */
export function noteParts(
  searches: readonly { readonly name: string; readonly note: string }[],
): ReportPart[] {
  return searches.flatMap(({ name, note }): ReportPart[] => {
    if (note.trim() === '') return [];
    const own: ReportPart = { kind: 'note', markdown: note };
    return searches.length === 1 ? [own] : [paragraph(`${name}:`), own];
  });
}

/** `learningRate and iteration`: what a sweep varies. */
export function sweptNames(axes: readonly SweepAxis[]): string {
  const paths = axes.map(({ path }) => path);
  if (paths.length < 2) return paths.join('');
  return `${paths.slice(0, -1).join(', ')} and ${paths.at(-1) ?? ''}`;
}
