/** The report of a reproduction: written into a folder or sent to a window, and derived from its summary again. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ChartDescription } from '../../../shared/charts/chart-description.ts';
import { DENSITY_CHARTS } from '../../../shared/charts/density-chart.ts';
import { reproductionChart } from '../../../shared/charts/reproduction-chart.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { ReproductionSize } from '../../../shared/contract/records/reproductions.ts';
import { branchNames } from '../../../shared/domain/branch.ts';
import { epochsOf, isEpochs } from '../../../shared/domain/duration.ts';
import { parseSettings, resolveEpochs, type Settings } from '../../../shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import type { JudgedClaim } from '../../../shared/published/claims.ts';
import { type MarkedSearch, markersFor } from '../../../shared/published/markers.ts';
import {
  cellsOfReport,
  claimTable,
  REPORT_FILE,
  type ReportParts,
  reproductionReport,
  SUMMARY_FILE,
} from '../../../shared/published/report.ts';
import {
  type ReproductionSummary,
  reproductionSummarySchema,
  type RunSummary,
} from '../../../shared/published/summary.ts';
import { writerFor } from '../../exporters/index.ts';
import { type ProgramFile, textFile } from '../../exporters/programs/program.ts';
import { writeExport } from '../../exporters/write-file.ts';
import { drawnAs } from '../exports/chart-drawing.ts';
import { publishedFiles } from '../published/files.ts';
import { registries } from '../settings/registries.ts';
import { settingsCommand } from '../settings/settings-command.ts';
import { describeReduction, judgedClaims, reproducible } from './experiments.ts';

/** How figures are drawn: every reader of Markdown shows PNG, and these are as sharp as screens are. */
export const FIGURE = { format: 'png', look: { dpi: 192 } } as const;

/** Draws a figure as a file. */
export type DrawFigure = (chart: ChartDescription) => Uint8Array | Promise<Uint8Array>;

export interface Report {
  readonly claims: readonly JudgedClaim[];
  /** The report, its figures and, last, its summary. */
  readonly files: readonly ProgramFile[];
}

/** The name of the folder that a report is written into by default. */
export function reportFolder(name: string, { scale, replicates }: ReproductionSize): string {
  const scaled = scale === 1 ? '' : `-scaled-${scale}`;
  return `reproduce-${name}${scaled}${replicates === undefined ? '' : `-replicates-${replicates}`}`;
}

/** All of it follows from the summary. */
export async function reportOn(summary: ReproductionSummary, draw: DrawFigure): Promise<Report> {
  const file = reproducible(summary.name);
  const scaledTo = describeReduction(file.reproduction, summary);
  const scaled = scaledTo === undefined ? '' : ` (scaled: ${scaledTo})`;
  const claims = judgedClaims(file, summary);
  const figures: ProgramFile[] = [];
  const runs: ReportParts['runs'][number][] = [];
  for (const run of summary.runs) {
    const charts = chartsOf(run, `${file.title}, ${run.label}${scaled}`);
    for (const { name, chart } of charts) figures.push({ path: name, bytes: await draw(chart) });
    runs.push({
      command: commandOf(run),
      figures: charts.map(({ name, chart }) => ({ file: name, title: chart.title })),
    });
  }
  const report = reproductionReport({
    title: file.title,
    papers: Object.values(file.papers).map(
      (paper) => `${paper.authors} ${paper.year}, ${paper.title}, arXiv ${paper.arxiv}`,
    ),
    scaledTo,
    isScaledByDesign: file.reproduction.scaledDown !== undefined,
    claims,
    summary,
    runs,
  });
  const text = textFile(REPORT_FILE, report);
  return { claims, files: [...figures, text, textFile(SUMMARY_FILE, summaryText(summary))] };
}

/**
 * Writes report, figures and summary. A folder with an older report of the same reproduction is
 * written over.
 *
 * @throws WorkbenchError `conflict` for a folder with anything else in it; as `writeExport`.
 */
export async function writeReport(
  folder: string,
  summary: ReproductionSummary,
  draw: DrawFigure,
): Promise<readonly JudgedClaim[]> {
  checkFolder(folder, summary);
  const { claims, files } = await reportOn(summary, draw);
  // In their order: a folder with a summary has all the rest.
  for (const file of files) {
    writeExport(path.join(folder, file.path), file.bytes, { overwrite: true });
  }
  return claims;
}

/**
 * Writes the report of a folder again, from the summary in it.
 *
 * @throws WorkbenchError `not-found` or `invalid-data` naming the file; as `writeExport`.
 */
export async function rewriteReport(folder: string): Promise<void> {
  const draw = writerFor('chart', FIGURE.format);
  await writeReport(folder, readSummary(folder), (chart) => draw(drawnAs(chart, FIGURE)));
}

/** The command line that would run it without `ticket reproduce`. */
function commandOf({ settings, sweep = {} }: RunSummary): string {
  const command = settingsCommand(parseSettings(registries, settings));
  const axes = Object.entries(sweep).map(
    ([path, values]) => ` --sweep ${path}=${values.map(String).join(',')}`,
  );
  if (axes.length === 0) return command;
  return `${command.replace('ticket search', 'ticket sweep')}${axes.join('')}`;
}

function checkFolder(folder: string, { name, scale, replicates }: ReproductionSummary): void {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length === 0) return;
  const old = existsSync(path.join(folder, SUMMARY_FILE)) ? readSummary(folder) : undefined;
  if (old?.name === name && old.scale === scale && old.replicates === replicates) return;
  throw new WorkbenchError(
    'conflict',
    `the folder ${folder} is not empty, and holds no report of ${name} at this scale, with as many replicates`,
    'Choose another folder with --out.',
  );
}

interface Figure {
  readonly name: string;
  readonly chart: ChartDescription;
}

function chartsOf(run: RunSummary, title: string): Figure[] {
  const settings = settingsOf(run);
  const search: MarkedSearch = {
    settings,
    dense: denseOf(run),
    branches: [TICKET_BRANCH, ...branchNames(settings)],
  };
  const sources = { published: publishedFiles(), own: [] };
  return DENSITY_CHARTS.flatMap((kind): Figure[] => {
    const chart = reproductionChart(run, kind, title, markersFor(kind, [search], sources));
    return chart ? [{ name: `${run.id}-${kind}.${FIGURE.format}`, chart }] : [];
  });
}

/** In iterations: how long an epoch is follows from the length of the run's trainings. */
function settingsOf(run: RunSummary): Settings {
  const written = parseSettings(registries, run.settings);
  const { dataset, training } = written;
  const epochs = isEpochs(training.iterations) ? epochsOf(training.iterations) : 1;
  const examples = Math.round((run.iterations * training.batchSize) / epochs);
  return resolveEpochs(registries, written, {
    id: dataset.id,
    trainExamples: examples + dataset.validation,
    testExamples: run.testExamples,
    shape: [],
  });
}

function denseOf({ levels }: RunSummary): MarkedSearch['dense'] {
  const dense = levels[0]?.branches['dense'];
  if (!dense) return undefined;
  const meanOf = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    testAccuracyAtEarlyStop: meanOf(dense.testAccuracyAtEarlyStop),
    earlyStopIteration: meanOf(dense.earlyStopIteration),
  };
}

/** As Prettier would format it: short lists in one line each, which are as long as they are readable. */
function summaryText(summary: ReproductionSummary): string {
  const text = JSON.stringify(summary, null, 2);
  const inLine = text.replaceAll(
    /^(.+)\[\s+([^[\]{}]+?)\s+\](,?)$/gm,
    (listed: string, start: string, items: string, end: string) => {
      const line = `${start}[${items.replaceAll(/\s*\n\s*/g, ' ')}]${end}`;
      return line.length <= LONGEST_LINE ? line : listed;
    },
  );
  return `${inLine}\n`;
}

const LONGEST_LINE = 100;

/** @throws WorkbenchError `not-found` or `invalid-data` naming the file. */
function readSummary(folder: string): ReproductionSummary {
  const file = path.join(folder, SUMMARY_FILE);
  const parsed = reproductionSummarySchema.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new WorkbenchError(
    'invalid-data',
    `${file} is no summary of a reproduction: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    'Write the report again with: ticket reproduce NAME --out FOLDER',
  );
}

function readJson(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WorkbenchError('invalid-data', `${file} is not JSON`, undefined, { cause });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WorkbenchError('not-found', `${file} can't be read: ${why}`, undefined, { cause });
  }
}

export interface CheckedReport {
  readonly summary: ReproductionSummary;
  readonly claims: readonly JudgedClaim[];
  /** What the report says otherwise than its summary, one sentence each. */
  readonly differences: readonly string[];
}

/**
 * Judges the claims again on the summary in a folder, and compares them with the table in its report.
 *
 * @throws WorkbenchError `not-found` or `invalid-data` naming the file.
 */
export function checkReport(folder: string): CheckedReport {
  const summary = readSummary(folder);
  const claims = judgedClaims(reproducible(summary.name), summary);
  const file = path.join(folder, REPORT_FILE);
  const written = cellsOfReport(readText(file));
  const derived = cellsOfReport(claimTable(claims));
  const differences = derived.flatMap((row, index) => {
    const found = written[index];
    if (found?.join('|') === row.join('|')) return [];
    return [
      `${file}, row ${index + 1} of the claims: ${found ? found.join(' | ') : 'missing'}; expected ${row.join(' | ')}`,
    ];
  });
  const more = written.length - derived.length;
  if (more > 0) differences.push(`${file} has ${more} rows of claims more than its summary`);
  return { summary, claims, differences };
}
