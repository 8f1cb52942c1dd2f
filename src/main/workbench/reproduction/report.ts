/** Writes the report of a reproduction into a folder, and derives its table from what it holds again. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ChartDescription } from '../../../shared/charts/chart-description.ts';
import { chartLook } from '../../../shared/contract/chart-look.ts';
import { DENSITY_CHARTS } from '../../../shared/charts/density-chart.ts';
import { LIGHT_THEME } from '../../../shared/charts/palette.ts';
import { reproductionChart } from '../../../shared/charts/reproduction-chart.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { branchNames } from '../../../shared/domain/branch.ts';
import { parseSettings, type Settings } from '../../../shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import type { JudgedClaim } from '../../../shared/published/claims.ts';
import { type MarkedSearch, markersFor } from '../../../shared/published/markers.ts';
import {
  cellsOfReport,
  claimTable,
  REPORT_FILE,
  reproductionReport,
  SUMMARY_FILE,
} from '../../../shared/published/report.ts';
import {
  type ReproductionSummary,
  reproductionSummarySchema,
  type RunSummary,
} from '../../../shared/published/summary.ts';
import { writerFor } from '../../exporters/index.ts';
import { writeExport } from '../../exporters/write-file.ts';
import { publishedFiles } from '../published/files.ts';
import { registries } from '../settings/registries.ts';
import { settingsCommand } from '../settings/settings-command.ts';
import { describeReduction, judgedClaims, reproducible } from './experiments.ts';

/** Every reader of Markdown shows it. */
const FIGURE_FORMAT = 'png';
/** As sharp as screens are; the figures of a report are many. */
const FIGURE_LOOK = chartLook({ dpi: 192 });

/**
 * Writes report, figures and summary. A folder with an older report of the same reproduction is
 * written over.
 *
 * @param settingsOf the settings of a run in iterations.
 * @throws WorkbenchError `conflict` for a folder with anything else in it; as `writeExport`.
 */
export function writeReport(
  folder: string,
  summary: ReproductionSummary,
  settingsOf: (run: RunSummary) => Settings,
): readonly JudgedClaim[] {
  checkFolder(folder, summary);
  const file = reproducible(summary.name);
  const scaledTo = describeReduction(file.reproduction, summary);
  const scaled = scaledTo === undefined ? '' : ` (scaled: ${scaledTo})`;
  const claims = judgedClaims(file, summary);
  const write = (name: string, bytes: Uint8Array): void => {
    writeExport(path.join(folder, name), bytes, { overwrite: true });
  };
  const runs = summary.runs.map((run) => {
    const title = `${file.title}, ${run.label}${scaled}`;
    const figures = chartsOf(run, title, settingsOf(run));
    for (const { name, chart } of figures) {
      write(
        name,
        writerFor('chart', FIGURE_FORMAT)({ chart, theme: LIGHT_THEME, look: FIGURE_LOOK }),
      );
    }
    return {
      command: commandOf(run),
      figures: figures.map(({ name, chart }) => ({ file: name, title: chart.title })),
    };
  });
  const { title, papers } = file;
  const report = reproductionReport({
    title,
    papers: Object.values(papers).map(
      (paper) => `${paper.authors} ${paper.year}, ${paper.title}, arXiv ${paper.arxiv}`,
    ),
    scaledTo,
    isScaledByDesign: file.reproduction.scaledDown !== undefined,
    claims,
    summary,
    runs,
  });
  write(REPORT_FILE, Buffer.from(report));
  // Last: a folder with a summary has all the rest.
  write(SUMMARY_FILE, Buffer.from(summaryText(summary)));
  return claims;
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

function chartsOf(run: RunSummary, title: string, settings: Settings): Figure[] {
  const search: MarkedSearch = {
    settings,
    dense: denseOf(run),
    branches: [TICKET_BRANCH, ...branchNames(settings)],
  };
  const sources = { published: publishedFiles(), own: [] };
  return DENSITY_CHARTS.flatMap((kind): Figure[] => {
    const chart = reproductionChart(run, kind, title, markersFor(kind, [search], sources));
    return chart ? [{ name: `${run.id}-${kind}.${FIGURE_FORMAT}`, chart }] : [];
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

/** Lists of numbers in one line each, which is as long as they are readable. */
function summaryText(summary: ReproductionSummary): string {
  const text = JSON.stringify(summary, null, 2);
  const inLine = text.replaceAll(
    /\[\s+([^[\]{}]+?)\s+\]/g,
    (_, items: string) => `[${items.replaceAll(/\s*\n\s*/g, ' ')}]`,
  );
  return `${inLine}\n`;
}

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
