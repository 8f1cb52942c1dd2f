import { Command } from 'commander';
import type { SearchRecord } from '../../../../shared/domain/search.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption } from '../options.ts';
import type { Output } from '../output.ts';

export function deleteCommand(output: Output): Command {
  return new Command('delete')
    .description('Delete searches, or all of a sweep, with their masks, weights and measurements.')
    .argument('<id...>', 'the searches or sweeps, or the beginnings of their ids')
    .addOption(dataDirOption())
    .action((ids: string[], options: { dataDir?: string }) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        // All are looked up before the first is deleted: a mistyped id deletes nothing.
        for (const search of ids.flatMap((id) => searchesOf(workbench, id))) {
          workbench.history.delete(search.id);
          output.note(`Deleted ${search.id} (${search.name}).`);
        }
      } finally {
        workbench.close();
      }
    });
}

function searchesOf(workbench: Workbench, id: string): SearchRecord[] {
  const sweep = workbench.history.findSweep(id);
  if (!sweep) return [workbench.history.get(id)];
  return workbench.history.sweepTable(sweep.id).rows.map(({ searchId }) => workbench.history.get(searchId));
}
