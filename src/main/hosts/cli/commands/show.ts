import { Command } from 'commander';
import { amount } from '../../../../shared/amount.ts';
import { formatDuration } from '../../../../shared/duration-text.ts';
import type { DataSummary } from '../../../../shared/domain/data-summary.ts';
import { droppedText } from '../../../../shared/domain/dropped-weights.ts';
import { describeExtension } from '../../../../shared/domain/extension.ts';
import { TICKET_BRANCH } from '../../../../shared/domain/training.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { moment } from '../format.ts';
import { dataDirOption, holmOption } from '../options.ts';
import { describeReadingInShort } from '../data-report.ts';
import type { Output } from '../output.ts';
import { describeAdvice, describeResult } from '../search-report.ts';
import { describeSweep, type SweepReportOptions } from '../sweep-report.ts';
import { plainLine } from '../plain-text.ts';

interface ShowOptions extends SweepReportOptions {
  readonly dataDir?: string;
  readonly json?: true;
}

export function showCommand(output: Output): Command {
  return new Command('show')
    .description('Show a search with its settings, levels and verdicts, or a sweep as a table.')
    .argument('<id>', 'id of the search or sweep, or its beginning')
    .addOption(dataDirOption())
    .addOption(holmOption())
    .option('--json', 'print JSON')
    .action(async (id: string, options: ShowOptions) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        const sweep = workbench.history.findSweep(id);
        if (sweep) {
          const result = workbench.history.sweepTable(sweep.id);
          output.result(
            options.json ? JSON.stringify(result, null, 2) : describeSweep(result, options),
          );
          return;
        }
        const search = workbench.history.get(id);
        const result = workbench.history.result(search.id);
        const costs = workbench.history.costs(search.id);
        const data = workbench.history.data(search.id);
        const launchToEnd = workbench.history.launchToEnd(search.id);
        const advice = await workbench.advisor.adviseOn(search.id);
        if (options.json) {
          output.result(
            JSON.stringify(
              {
                ...search,
                launchToEndMilliseconds: launchToEnd,
                ...result,
                advice,
                costs,
                data: Object.fromEntries(data),
              },
              null,
              2,
            ),
          );
          return;
        }
        const droppedAt = workbench.storage.weightsDroppedAt(search.id);
        const { settings, environment } = search;
        output.result(
          [
            `${plainLine(search.name)} (${search.id}): ${search.status}, ${search.trainingsDone} of ${search.trainingsTotal} trainings done`,
            `created ${moment(search.createdAt)} with ticket-workbench ${environment.workbench}, TensorFlow ${environment.tensorflow}, ${environment.cpu}`,
            `${settings.architecture.id} on ${settings.dataset.id}, ${amount(settings.training.iterations, 'iteration')}, ${amount(settings.pruning.levels, 'level')}, ${amount(settings.replicates.count, 'replicate')}`,
            ...(search.extensions ?? []).map(
              (extension) => `extended ${moment(extension.at)}: ${describeExtension(extension)}`,
            ),
            ...(launchToEnd === undefined
              ? []
              : [describeLaunchToEnd(launchToEnd, search.extensions !== undefined)]),
            ...(droppedAt === undefined ? [] : [`its weights ${droppedText(droppedAt)}`]),
            ...(search.plugIns ?? []).map(
              ({ kind, id, file, sha256 }) =>
                `uses ${id} (${kind}) of the plug-in ${file}, SHA-256 ${sha256}`,
            ),
            ...(search.error
              ? [
                  `failed: ${search.error.message}`,
                  ...(search.error.hint === undefined ? [] : [search.error.hint]),
                ]
              : []),
            ...(data.size === 0 ? [] : ['', ...describeData(data)]),
            '',
            result ? describeResult(result, costs) : 'No dense training has finished yet.',
            ...(advice ? ['', describeAdvice(advice)] : []),
          ].join('\n'),
        );
      } finally {
        workbench.close();
      }
    });
}

function describeLaunchToEnd(milliseconds: number, isExtended: boolean): string {
  const without = isExtended ? ', without the time between an end and an extension' : '';
  return `${formatDuration(milliseconds / 1000)} from launch to end${without}`;
}

/** The search's own data first. */
function describeData(data: ReadonlyMap<string, DataSummary>): string[] {
  return [...data]
    .toSorted(([one], [other]) => Number(other === TICKET_BRANCH) - Number(one === TICKET_BRANCH))
    .map(([branch, summary]) => {
      const on = branch === TICKET_BRANCH ? '' : `On ${branch}: `;
      return `${on}${describeReadingInShort(summary)}`;
    });
}
