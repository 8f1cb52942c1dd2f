/** The report of a reproduction, as Markdown that is formatted as Prettier would. */
import { amount, formatCount } from '../amount.ts';
import { largest } from '../extremes.ts';
import { CLAIM_NOTE, claimRows, describeOutcomes, FEWER_REPLICATES } from './claim-table.ts';
import type { JudgedClaim } from './claims.ts';
import type { ReproductionSummary, RunSummary } from './summary.ts';

export interface ReportParts {
  readonly title: string;
  readonly papers: readonly string[];
  /** `500 of 50,000 iterations per training, 1 of 5 replicates`; undefined in full. */
  readonly scaledTo: string | undefined;
  /** Whether the experiment itself is smaller than the published one, at every size. */
  readonly isScaledByDesign: boolean;
  readonly claims: readonly JudgedClaim[];
  readonly summary: ReproductionSummary;
  /** How to run each run again, and its figures; in the order of the summary. */
  readonly runs: readonly {
    readonly command: string;
    readonly figures: readonly { readonly file: string; readonly title: string }[];
  }[];
}

export const REPORT_FILE = 'report.md';
export const SUMMARY_FILE = 'summary.json';

export function reproductionReport(parts: ReportParts): string {
  const { title, papers, scaledTo, isScaledByDesign, claims, summary, runs } = parts;
  const sections = [
    `# ${title}: reproduction${scaledTo === undefined ? '' : ', scaled down'}`,
    ...(scaledTo === undefined ? [] : [scaledWarning(scaledTo, isScaledByDesign, summary)]),
    papers.map((paper) => `${paper}.`).join('\n'),
    '## Claims',
    `${describeOutcomes(claims)}.`,
    claimTable(claims),
    CLAIM_NOTE,
    '## Figures',
    ...runs.flatMap(({ figures }) => figures.map(({ file, title: text }) => `![${text}](${file})`)),
    '## Settings',
    ...summary.runs.map((run, index) => {
      const swept = Object.entries(run.sweep ?? {}).map(
        ([path, values]) => `${path} = ${values.map(String).join(', ')}`,
      );
      return [
        `- **${run.label}**: ${run.trainingsDone} of ${run.trainingsTotal} trainings of ${formatCount(run.iterations)} iterations, an evaluation every ${run.evaluateEvery}${swept.length === 0 ? '' : `; swept: ${swept.join('; ')}`}.`,
        `  ${durationText(run.trainingSeconds)} of training and ${durationText(run.evaluationSeconds)} of evaluation, over all workers.${environmentsText(run)}`,
        `  \`${runs[index]?.command ?? ''}\``,
      ].join('\n');
    }),
    `Measurements of every training are in [${SUMMARY_FILE}](${SUMMARY_FILE}); \`ticket reproduce --check\`, with this folder, derives the table from them again.`,
  ];
  return `${sections.join('\n\n')}\n`;
}

/** ` Ticket Workbench 0.1.0, AMD EPYC, 2 cores.` */
function environmentsText({ environments }: RunSummary): string {
  if (environments.length === 0) return '';
  const texts = environments.map(
    ({ workbench, cpu, cores }) =>
      `Ticket Workbench ${workbench}, ${cpu}, ${amount(cores, 'core')}`,
  );
  return ` ${texts.join('; ')}.`;
}

function scaledWarning(
  scaledTo: string,
  isScaledByDesign: boolean,
  { scale, replicates }: ReproductionSummary,
): string {
  const isShort = scale < 1;
  const hasFew = replicates !== undefined;
  return [
    `**Scaled down: ${scaledTo}.**`,
    ...(isScaledByDesign ? [] : [describeRest(isShort, hasFew)]),
    ...(isShort || isScaledByDesign
      ? [
          'So the outcomes are those of short trainings, and decide nothing about the published ones.',
        ]
      : []),
    ...(hasFew ? [FEWER_REPLICATES] : []),
  ].join(' ');
}

/** What is as published, where trainings are short or replicates few. */
function describeRest(isShort: boolean, hasFew: boolean): string {
  if (isShort && hasFew) return 'Data, networks and levels are in full.';
  const rest = hasFew ? 'the length of trainings' : 'replicates';
  return `Data, networks, levels and ${rest} are in full.`;
}

const HEADINGS = ['claim', 'density', 'published', 'here', 'outcome'] as const;

export function claimTable(claims: readonly JudgedClaim[]): string {
  const rows = claimRows(claims).map(({ claim, density, published, here, outcome }) => [
    claim,
    density,
    published,
    here,
    outcome,
  ]);
  return markdownTable(HEADINGS, rows);
}

function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    largest([heading.length, ...rows.map((row) => row[column]?.length ?? 0)]),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join(
    '\n',
  );
}

/** The cells of the table of claims in a report, row by row; empty if there is none. */
export function cellsOfReport(report: string): string[][] {
  const cellsOf = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const lines = report.split('\n');
  const start = lines.findIndex((line) => cellsOf(line).join() === HEADINGS.join());
  if (start === -1) return [];
  const table = lines.slice(start + 2);
  const end = table.findIndex((line) => !line.startsWith('|'));
  return table.slice(0, end === -1 ? undefined : end).map(cellsOf);
}

function durationText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
