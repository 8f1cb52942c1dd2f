import { Command } from 'commander';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption } from '../options.ts';
import type { Output } from '../output.ts';

export function deleteCommand(output: Output): Command {
  return new Command('delete')
    .description('Delete searches with all their masks, weights and measurements.')
    .argument('<id...>', 'the searches, or the beginnings of their ids')
    .addOption(dataDirOption())
    .action((ids: string[], options: { dataDir?: string }) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        // All are looked up before the first is deleted: a mistyped id deletes nothing.
        for (const search of ids.map((id) => workbench.find(id))) {
          workbench.delete(search.id);
          output.note(`Deleted ${search.id} (${search.name}).`);
        }
      } finally {
        workbench.close();
      }
    });
}
