import { Command, Option } from 'commander';
import { DENSITY_CHARTS, type DensityChart } from '../../../../shared/charts/density-chart.ts';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import {
  EXPORT_SUBJECTS,
  type ExportSubject,
} from '../../../../shared/contract/records/catalog.ts';
import { TICKET_BRANCH } from '../../../../shared/domain/training.ts';
import { chartNames } from '../../../workbench/exports/analysis-results.ts';
import { type ExportedFile, exportFormats } from '../../../workbench/exports/export.ts';
import { readOwnPoints } from '../../../workbench/published/own-points.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, wholeNumber } from '../options.ts';
import type { Output } from '../output.ts';

interface ExportOptions {
  readonly what: ExportSubject | 'table';
  readonly format: string;
  readonly out: string;
  readonly level?: number;
  readonly replicate: number;
  readonly branch: string;
  readonly chart: string;
  readonly tensor?: string;
  readonly analysis?: number;
  readonly published: boolean;
  readonly points: readonly string[];
  readonly force?: true;
  readonly dataDir?: string;
}

export function exportCommand(output: Output): Command {
  return new Command('export')
    .description(
      'Export masks, weights, metrics, analyses, settings or a chart of a search, or the table or a chart of a sweep.',
    )
    .argument('<id>', 'id of the search or sweep, or its beginning')
    .addOption(
      new Option('--what <subject>', 'what to export')
        .choices([...EXPORT_SUBJECTS, 'table'])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--format <format>', 'file format').choices(exportFormats()).makeOptionMandatory(),
    )
    .requiredOption('--out <path>', 'the file to write')
    .option(
      '--level <n>',
      'level of masks, weights and charts of one training; the last one by default',
      (text) => wholeNumber(text, 0),
    )
    .option(
      '--replicate <n>',
      'replicate of masks, weights and charts of one training, counted from 1',
      (text) => wholeNumber(text, 1),
      1,
    )
    .option('--branch <id>', 'branch of masks, weights and charts of one training', TICKET_BRANCH)
    .addOption(
      new Option('--chart <kind>', 'which chart; charts of analyses need their results')
        .choices(chartNames())
        .default('accuracy'),
    )
    .option(
      '--tensor <name>',
      'tensor of the chart mask or weight-fate; the first one, or all by default',
    )
    .option('--analysis <n>', 'number of the analysis, as "ticket analyse" lists it', (text) =>
      wholeNumber(text, 1),
    )
    .option('--no-published', 'leave published figures out of a chart against density')
    .option(
      '--points <file>',
      'CSV with points of your own for a chart against density: density, measure, value; repeatable',
      (file: string, earlier: readonly string[]) => [...earlier, file],
      [],
    )
    .option('--force', 'overwrite an existing file')
    .addOption(dataDirOption())
    .action((id: string, options: ExportOptions) => {
      const points = {
        isPublishedShown: options.published,
        own: options.points.flatMap(readOwnPoints),
      };
      const workbench = Workbench.open(options.dataDir);
      const tell = ({ path, bytes, warnings }: ExportedFile): void => {
        output.note(`Wrote ${path}, ${bytes} bytes.`);
        for (const warning of warnings) output.note(`Warning: ${warning}`);
      };
      try {
        const sweep = workbench.history.findSweep(id);
        if (sweep) {
          const file = workbench.exports.sweepToFile(sweep.id, {
            what: sweepSubject(options.what),
            format: options.format,
            file: options.out,
            chart: chartOfSweep(options.chart),
            points,
            overwrite: options.force === true,
          });
          tell(file);
          return;
        }
        const file = workbench.exports.toFile({
          searchId: workbench.history.get(id).id,
          what: searchSubject(options.what),
          format: options.format,
          file: options.out,
          level: options.level,
          replicate: options.replicate - 1,
          branch: options.branch,
          chart: options.chart,
          tensor: options.tensor,
          analysis: options.analysis,
          points,
          overwrite: options.force === true,
        });
        tell(file);
      } finally {
        workbench.close();
      }
    });
}

function sweepSubject(what: ExportOptions['what']): 'table' | 'chart' {
  if (what === 'table' || what === 'chart') return what;
  throw new WorkbenchError(
    'invalid-argument',
    `a sweep has no ${what} to export; expected table or chart`,
    'Export it from one of the searches of the sweep: "ticket show SWEEP --json" lists them.',
  );
}

function chartOfSweep(chart: string): DensityChart {
  const found = DENSITY_CHARTS.find((each) => each === chart);
  if (found) return found;
  throw new WorkbenchError(
    'invalid-argument',
    `a sweep has no chart ${chart}; expected ${DENSITY_CHARTS.join(' or ')}`,
  );
}

function searchSubject(what: ExportOptions['what']): ExportSubject {
  if (what !== 'table') return what;
  throw new WorkbenchError(
    'invalid-argument',
    `a search has no table to export; expected ${EXPORT_SUBJECTS.join(', ')}`,
    'Only a sweep has a table. For a search, export "metrics".',
  );
}
