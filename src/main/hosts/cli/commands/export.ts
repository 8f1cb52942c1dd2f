import { Command, Option } from 'commander';
import { readFileSync } from 'node:fs';
import { DENSITY_CHARTS, type DensityChart } from '../../../../shared/charts/density-chart.ts';
import { messageOf, WorkbenchError } from '../../../../shared/contract/errors.ts';
import {
  EXPORT_SUBJECTS,
  type ExportSubject,
  SWEEP_EXPORT_SUBJECTS,
} from '../../../../shared/contract/records/catalog.ts';
import { TICKET_BRANCH } from '../../../../shared/domain/training.ts';
import { SWEEP_METRIC_IDS, type SweepMetric } from '../../../../shared/sweep/sweep-metrics.ts';
import { chartNames } from '../../../workbench/exports/analysis-results.ts';
import { exportFormats } from '../../../workbench/exports/export.ts';
import { SWEPT_CHARTS, type SweptChart } from '../../../workbench/exports/swept-charts.ts';
import type { ExportedFile } from '../../../workbench/exports/to-file.ts';
import { exportPrograms } from '../../../workbench/programs/program-exports.ts';
import { readOwnPoints } from '../../../workbench/published/own-points.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { type ChartOptions, drawingFrom, withChartOptions } from '../chart-options.ts';
import { refuseUnusedOptions } from '../export-options.ts';
import { dataDirOption, densityFraction, userPath, userPaths, wholeNumber } from '../options.ts';
import type { Output } from '../output.ts';

interface ExportOptions extends ChartOptions {
  /** A subject, `table`, or a program. */
  readonly what: string;
  readonly format?: string;
  readonly out: string;
  readonly level?: number;
  readonly replicate?: number;
  readonly branch: string;
  readonly reference?: string;
  readonly chart: string;
  readonly metric: SweepMetric;
  readonly density?: number;
  readonly tensor?: string;
  readonly analysis?: number;
  readonly published: boolean;
  readonly points: readonly string[];
  readonly methods?: string;
  readonly replicates?: readonly number[];
  readonly withoutWeights?: true;
  readonly force?: true;
  readonly dataDir?: string;
}

export function exportCommand(output: Output): Command {
  const command = new Command('export')
    .description(
      'Export masks, weights, metrics, levels, analyses, settings, a chart or a report of a search, or a search for another program; the table, a chart or a report of a sweep, or of several searches.',
    )
    .argument(
      '<ids...>',
      'id of the search or sweep, or its beginning; several searches are compared with the first, or with --reference',
    )
    .addOption(
      new Option(
        '--what <subject>',
        `what to export; for another program: ${programNames().join(', ')}`,
      )
        .choices([...EXPORT_SUBJECTS, 'table', BUNDLE, ...programNames()])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--format <format>', 'file format; for another program there is only one').choices(
        exportFormats(),
      ),
    )
    .requiredOption(
      '--out <path>',
      'the file to write, or the folder for a program that takes several files',
      userPath,
    )
    .option(
      '--level <n>',
      'level of masks, weights, charts of one training, networks for other programs, and of what is shown of a sweep, the last one by default; of learning curves, all by default',
      (text) => wholeNumber(text, 0),
    )
    .option(
      '--density <density>',
      'for a sweep, in place of a level: the level of each search nearest to this density, such as 20%',
      densityFraction,
    )
    .option(
      '--replicate <n>',
      'replicate of masks, weights, charts of one training, and networks for other programs, counted from 1, the first by default; of learning curves, the mean of all by default',
      (text) => wholeNumber(text, 1),
    )
    .option(
      '--branch <id>',
      'branch of masks, weights, charts of one training, networks for other programs, comparisons, and of what is shown of a sweep',
      TICKET_BRANCH,
    )
    .option(
      '--reference <id>',
      'the search that the differences of a comparison are from; the first one by default',
    )
    .addOption(
      new Option('--chart <kind>', 'which chart; charts of analyses need their results')
        .choices([...chartNames(), ...SWEPT_CHARTS])
        .default('accuracy'),
    )
    .option(
      '--tensor <name>',
      'tensor of the chart mask or weight-fate; the first one, or all by default',
    )
    .option('--analysis <n>', 'number of the analysis, as "ticket analyse" lists it', (text) =>
      wholeNumber(text, 1),
    )
    .addOption(
      new Option(
        '--metric <metric>',
        'what a table, a report and a chart of a sweep over its settings show',
      )
        .choices(SWEEP_METRIC_IDS)
        .default('accuracy'),
    )
    .option('--no-published', 'leave published figures out of a chart against density, or a report')
    .option(
      '--points <file>',
      'CSV with points of your own for a chart against density, or a report: density, measure, value; repeatable',
      userPaths,
      [],
    )
    .option(
      '--methods <file>',
      'text with the methods paragraph of a report; by default it is written from the settings',
      userPath,
    );
  return withChartOptions(command)
    .option(
      '--replicates <list>',
      'replicates of a bundle, counted from 1: 1,3; all by default',
      replicateList,
    )
    .option('--without-weights', 'leave the weights out of a bundle; masks and measurements stay')
    .option('--force', 'overwrite an existing file, or the files of a folder')
    .addOption(dataDirOption())
    .action(async (ids: string[], options: ExportOptions, own: Command) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        const { path, bytes, warnings } = await exportedAs(workbench, ids, options, own);
        output.note(`Wrote ${path}, ${bytes} bytes.`);
        for (const warning of warnings) output.note(`Warning: ${warning}`);
      } finally {
        workbench.close();
      }
    });
}

const BUNDLE = 'bundle';

async function exportedAs(
  workbench: Workbench,
  ids: readonly string[],
  options: ExportOptions,
  command: Command,
): Promise<ExportedFile> {
  if (options.what === BUNDLE) return bundled(workbench, ids, options, command);
  if (isProgram(options.what)) return exportedFor(workbench, ids, options, command);
  return exported(workbench, ids, options, requestOf(options), command);
}

/** Searches and sweeps in one bundle. */
async function bundled(
  workbench: Workbench,
  ids: readonly string[],
  options: ExportOptions,
  command: Command,
): Promise<ExportedFile> {
  refuseUnusedOptions(command, { of: 'search', what: BUNDLE, chart: '' });
  const { path, bytes } = await workbench.bundles.write(options.out, {
    searchIds: workbench.history.searchesOf(ids),
    replicates: options.replicates,
    withWeights: options.withoutWeights !== true,
    overwrite: options.force === true,
  });
  return { path, bytes, warnings: [] };
}

/** @throws InvalidArgumentError for anything but whole numbers of at least 1. */
function replicateList(text: string): number[] {
  return text.split(',').map((each) => wholeNumber(each, 1) - 1);
}

const programNames = (): string[] => exportPrograms().map(({ id }) => id);

const isProgram = (what: string): boolean => programNames().includes(what);

/** @throws WorkbenchError `invalid-argument` for anything but one search. */
function exportedFor(
  workbench: Workbench,
  ids: readonly string[],
  options: ExportOptions,
  command: Command,
): Promise<ExportedFile> {
  const [id = '', ...others] = ids;
  const { what, level, replicate, branch } = options;
  if (others.length > 0 || workbench.history.findSweep(id)) {
    throw new WorkbenchError(
      'invalid-argument',
      `${others.length > 0 ? 'several searches' : 'a sweep'} can't be exported for ${what}; expected one search`,
      'Export one of the searches: "ticket show SWEEP --json" lists those of a sweep.',
    );
  }
  const needs = exportPrograms().find((each) => each.id === what)?.needs;
  refuseUnusedOptions(command, { of: 'search', what, chart: '', needs });
  return workbench.programs.toPath({
    searchId: workbench.history.get(id).id,
    program: what,
    file: options.out,
    overwrite: options.force === true,
    level,
    replicate: replicate === undefined ? undefined : replicate - 1,
    branch,
  });
}

/** @throws WorkbenchError `invalid-argument` if it is missing. */
function formatOf({ what, format }: ExportOptions): string {
  if (format !== undefined) return format;
  throw new WorkbenchError(
    'invalid-argument',
    `--format is missing; expected ${exportFormats(EXPORT_SUBJECTS.find((each) => each === what)).join(' or ')}`,
  );
}

/** What exports of every kind have in common. */
function requestOf(options: ExportOptions) {
  return {
    format: formatOf(options),
    file: options.out,
    overwrite: options.force === true,
    points: {
      isPublishedShown: options.published,
      own: options.points.flatMap(readOwnPoints),
    },
    methods: options.methods === undefined ? undefined : readMethods(options.methods),
    ...drawingFrom(options),
  };
}

function exported(
  workbench: Workbench,
  ids: readonly string[],
  options: ExportOptions,
  request: ReturnType<typeof requestOf>,
  command: Command,
): Promise<ExportedFile> {
  const [id = '', ...others] = ids;
  const { level, replicate, branch, tensor, analysis } = options;
  if (others.length > 0) {
    const what = sharedSubject('a comparison', options.what);
    const chart = densityChartOf('a comparison', options.chart);
    refuseUnusedOptions(command, { of: 'comparison', what, chart });
    return workbench.exports.comparisonToFile(
      ids.map((each) => workbench.history.get(each).id),
      { ...request, what, chart, branch, reference: options.reference },
    );
  }
  if (options.reference !== undefined) {
    throw new WorkbenchError(
      'invalid-argument',
      `--reference ${options.reference} is given for one id; only several searches are compared`,
      'Leave it out, or name the searches to compare: ticket export ID1 ID2 --reference ID2',
    );
  }
  const sweep = workbench.history.findSweep(id);
  if (sweep) {
    const what = sharedSubject('a sweep', options.what);
    const chart =
      SWEPT_CHARTS.find((each) => each === options.chart) ??
      densityChartOf('a sweep', options.chart, SWEPT_CHARTS);
    refuseUnusedOptions(command, { of: 'sweep', what, chart });
    const { metric, density } = options;
    return workbench.exports.sweepToFile(sweep.id, {
      ...request,
      what,
      chart,
      metric,
      level,
      density,
      branch,
    });
  }
  const what = searchSubject(options.what);
  const { chart } = options;
  refuseUnusedOptions(command, { of: 'search', what, chart });
  return workbench.exports.toFile({
    ...request,
    searchId: workbench.history.get(id).id,
    what,
    level,
    replicate: replicate === undefined ? undefined : replicate - 1,
    branch,
    chart,
    tensor,
    analysis,
  });
}

/** What both a sweep and a comparison have. */
function sharedSubject(thing: string, what: string): 'table' | 'chart' | 'report' {
  const found = SWEEP_EXPORT_SUBJECTS.find((each) => each === what);
  if (found) return found;
  throw new WorkbenchError(
    'invalid-argument',
    `${thing} has no ${what} to export; expected ${SWEEP_EXPORT_SUBJECTS.join(', ')}`,
    'Export it from one of the searches: "ticket show SWEEP --json" lists those of a sweep.',
  );
}

/** @param others charts that are no density charts, which the thing has as well. */
function densityChartOf(
  thing: string,
  chart: string,
  others: readonly SweptChart[] = [],
): DensityChart {
  const found = DENSITY_CHARTS.find((each) => each === chart);
  if (found) return found;
  throw new WorkbenchError(
    'invalid-argument',
    `${thing} has no chart ${chart}; expected ${[...DENSITY_CHARTS, ...others].join(' or ')}`,
  );
}

function searchSubject(what: string): ExportSubject {
  const found = EXPORT_SUBJECTS.find((each) => each === what);
  if (found) return found;
  throw new WorkbenchError(
    'invalid-argument',
    `a search has no ${what} to export; expected ${EXPORT_SUBJECTS.join(', ')}`,
    'The table of a search is its "levels". Sweeps and several searches have a table.',
  );
}

/** @throws WorkbenchError `invalid-argument` that names the file. */
function readMethods(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new WorkbenchError(
      'invalid-argument',
      `the methods file ${file} can't be read: ${messageOf(cause)}`,
    );
  }
}
