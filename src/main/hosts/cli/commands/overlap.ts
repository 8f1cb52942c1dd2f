import { Command, Option } from 'commander';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { SearchOverlap } from '../../../../shared/contract/records/analyses.ts';
import { readableData } from '../../../../shared/domain/readable-data.ts';
import { exportFormats } from '../../../workbench/exports/export.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { describeOverlap } from '../analysis-report.ts';
import { type ChartOptions, drawingFrom, withChartOptions } from '../chart-options.ts';
import { dataDirOption, userPath } from '../options.ts';
import type { Output } from '../output.ts';

interface OverlapOptions extends ChartOptions {
  readonly dataDir?: string;
  readonly json?: true;
  readonly out?: string;
  readonly format: string;
  readonly force?: true;
}

const MOST_SEARCHES = 8;

/** Replicates are counted from 1 wherever a person or a program reads them. */
function countedFromOne({ pairs, ...overlap }: SearchOverlap) {
  return {
    ...overlap,
    pairs: pairs.map((pair) => ({
      ...pair,
      replicates: pair.replicates.map((replicate) => replicate + 1),
    })),
  };
}

/** @throws WorkbenchError `conflict` with the reasons, if fewer than two searches fit. */
function checkComparable({ searches, leftOut }: SearchOverlap): void {
  if (searches.length >= 2) return;
  const reasons = leftOut.map(({ id, name, reason }) => `${name} (${id}) is left out: ${reason}`);
  throw new WorkbenchError(
    'conflict',
    `there are no two searches whose masks can be compared; ${reasons.join('; ')}`,
    'Compare searches of one network that have finished a pruned level.',
  );
}

export function overlapCommand(output: Output): Command {
  const command = new Command('overlap')
    .description(
      'Show how much the tickets of 2 to 8 searches of the same network overlap, at equal densities.',
    )
    .argument('<ids...>', 'ids of the searches, or their beginnings')
    .addOption(dataDirOption())
    .option('--json', 'print JSON')
    .option(
      '--out <path>',
      'also write a chart of overlap against density, compared with chance',
      userPath,
    )
    .addOption(
      new Option('--format <format>', 'format of the chart')
        .choices(exportFormats('chart'))
        .default('svg'),
    );
  return withChartOptions(command)
    .option('--force', 'overwrite an existing file')
    .action(async (ids: string[], options: OverlapOptions) => {
      if (ids.length < 2 || ids.length > MOST_SEARCHES) {
        const given = ids.length === 1 ? 'one search was' : `${ids.length} searches were`;
        throw new WorkbenchError(
          'invalid-argument',
          `${given} given; expected 2 to ${MOST_SEARCHES}`,
          'For example: ticket overlap ID1 ID2',
        );
      }
      const workbench = Workbench.open(options.dataDir);
      try {
        const overlap = workbench.analyses.overlap(ids);
        checkComparable(overlap);
        output.result(
          options.json
            ? JSON.stringify(readableData(countedFromOne(overlap)), null, 2)
            : describeOverlap(overlap),
        );
        if (options.out === undefined) return;
        const { format, out: file, force } = options;
        const overwrite = force === true;
        const request = { format, file, overwrite, ...drawingFrom(options) };
        const { path, bytes } = await workbench.exports.overlapToFile(ids, request);
        output.note(`Wrote ${path}, ${bytes} bytes.`);
      } finally {
        workbench.close();
      }
    });
}
