import { Command } from 'commander';
import { amount } from '../../../../shared/amount.ts';
import type { TrashedSearch } from '../../../../shared/contract/records/storage.ts';
import { dayText } from '../../../../shared/domain/dropped-weights.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { moment, shortName } from '../format.ts';
import { dataDirOption } from '../options.ts';
import type { Output } from '../output.ts';
import { bytesText, reportFreed, storageStatus } from '../storage-report.ts';
import { type Column, table } from '../table.ts';

interface Options {
  readonly dataDir?: string;
  readonly json?: true;
}

const COLUMNS: readonly Column<TrashedSearch>[] = [
  { heading: 'id', text: ({ id }) => id },
  { heading: 'name', text: ({ name }) => shortName(name) },
  { heading: 'sweep', text: ({ sweep }) => sweep?.id ?? '' },
  { heading: 'deleted', text: ({ deletedAt }) => moment(deletedAt) },
  { heading: 'for good on', text: ({ purgedAfter }) => dayText(purgedAfter) },
  { heading: 'size', align: 'right', text: ({ bytes }) => bytesText(bytes) },
];

export function trashCommand(output: Output): Command {
  return new Command('trash')
    .description(
      'List deleted searches, which can be restored for seven days. Restore them, or delete them for good.',
    )
    .addOption(dataDirOption())
    .option('--json', 'print JSON')
    .action((options: Options) => {
      withWorkbench(options, (workbench) => {
        const trash = workbench.storage.trash();
        if (options.json) {
          output.result(JSON.stringify(trash, null, 2));
          return;
        }
        if (trash.searches.length === 0) {
          output.note('The trash is empty.');
          return;
        }
        output.result(table(COLUMNS, trash.searches));
        output.note(
          `${amount(trash.searches.length, 'search', 'searches')}; "ticket trash empty" frees about ${bytesText(trash.bytes)}.`,
        );
      });
    })
    .addCommand(restoreCommand(output))
    .addCommand(forGoodCommand(output))
    .addCommand(emptyCommand(output));
}

const IDS = 'ids of searches in the trash, or of sweeps, or their beginnings';

function restoreCommand(output: Output): Command {
  return new Command('restore')
    .description('Bring deleted searches back. Those of a sweep return to it.')
    .argument('<id...>', IDS)
    .action((ids: string[], _options: object, command: Command) => {
      withWorkbench(command.optsWithGlobals<Options>(), ({ storage }) => {
        const searches = ids.flatMap((id) => storage.inTrash(id));
        for (const id of storage.restore(searches.map((search) => search.id))) {
          output.note(`Restored ${id}.`);
        }
      });
    });
}

function forGoodCommand(output: Output): Command {
  return new Command('delete')
    .description('Delete searches of the trash for good. This can’t be undone.')
    .argument('<id...>', IDS)
    .action((ids: string[], _options: object, command: Command) => {
      withWorkbench(command.optsWithGlobals<Options>(), ({ storage }) => {
        const searches = ids.flatMap((id) => storage.inTrash(id));
        const chosen = searches.map(({ id }) => id);
        reportFreed(output, 'Deleted', storage.deleteForGood(chosen, storageStatus(output)));
      });
    });
}

function emptyCommand(output: Output): Command {
  return new Command('empty')
    .description('Delete everything in the trash for good. This can’t be undone.')
    .action((_options: object, command: Command) => {
      withWorkbench(command.optsWithGlobals<Options>(), ({ storage }) => {
        const all = storage.trash().searches.map(({ id }) => id);
        reportFreed(output, 'Deleted', storage.deleteForGood(all, storageStatus(output)));
      });
    });
}

function withWorkbench({ dataDir }: Options, work: (workbench: Workbench) => void): void {
  const workbench = Workbench.open(dataDir);
  try {
    workbench.storage.purgeExpired();
    work(workbench);
  } finally {
    workbench.close();
  }
}
