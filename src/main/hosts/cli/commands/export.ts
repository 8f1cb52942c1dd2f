import { Command, Option } from 'commander';
import { TICKET_BRANCH } from '../../../../shared/domain/training.ts';
import {
  type ChartName,
  CHARTS,
  EXPORT_FORMATS,
  EXPORT_SUBJECTS,
  type ExportSubject,
} from '../../../workbench/export.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, wholeNumber } from '../options.ts';
import type { Output } from '../output.ts';

interface ExportOptions {
  readonly what: ExportSubject;
  readonly format: string;
  readonly out: string;
  readonly level?: number;
  readonly replicate: number;
  readonly branch: string;
  readonly chart: ChartName;
  readonly analysis?: number;
  readonly force?: true;
  readonly dataDir?: string;
}

export function exportCommand(output: Output): Command {
  return new Command('export')
    .description(
      'Write masks, weights, metrics, analyses, settings or a chart of a search to a file.',
    )
    .argument('<id>', 'the search, or the beginning of its id')
    .addOption(
      new Option('--what <subject>', 'what to export')
        .choices(EXPORT_SUBJECTS)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--format <format>', 'file format').choices(EXPORT_FORMATS).makeOptionMandatory(),
    )
    .requiredOption('--out <path>', 'the file to write')
    .option(
      '--level <n>',
      'masks, weights, weight movement: of this level; the last one by default',
      (text) => wholeNumber(text, 0),
    )
    .option(
      '--replicate <n>',
      'masks, weights, weight movement: of this replicate, counted from 1',
      (text) => wholeNumber(text, 1),
      1,
    )
    .option('--branch <id>', 'masks and weights: of this branch', TICKET_BRANCH)
    .addOption(
      new Option('--chart <kind>', 'charts: which one; those of analyses need their results')
        .choices(CHARTS)
        .default('accuracy'),
    )
    .option(
      '--analysis <n>',
      'analyses and their charts: of this number, as "ticket analyse" lists them',
      (text) => wholeNumber(text, 1),
    )
    .option('--force', 'overwrite the file if it is there')
    .addOption(dataDirOption())
    .action((id: string, options: ExportOptions) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        const file = workbench.exportToFile({
          searchId: workbench.find(id).id,
          what: options.what,
          format: options.format,
          file: options.out,
          level: options.level,
          replicate: options.replicate - 1,
          branch: options.branch,
          chart: options.chart,
          analysis: options.analysis,
          overwrite: options.force === true,
        });
        output.note(`Wrote ${file.path}, ${file.bytes} bytes.`);
      } finally {
        workbench.close();
      }
    });
}
