import { Command } from 'commander';
import type { SearchRecord } from '../../../../shared/domain/search.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption } from '../options.ts';
import type { Output } from '../output.ts';
import { plainLine } from '../plain-text.ts';

export function deleteCommand(output: Output): Command {
  return new Command('delete')
    .description(
      'Delete searches, or all searches of a sweep, with their masks, weights and metrics.',
    )
    .argument('<id...>', 'ids of searches or sweeps, or their beginnings')
    .addOption(dataDirOption())
    .action((ids: string[], options: { dataDir?: string }) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        // Looks all of them up before it deletes the first: with a mistyped id, nothing is deleted.
        for (const search of ids.flatMap((id) => searchesOf(workbench, id))) {
          workbench.history.delete(search.id);
          output.note(`Deleted ${search.id} (${plainLine(search.name)}).`);
        }
      } finally {
        workbench.close();
      }
    });
}

function searchesOf(workbench: Workbench, id: string): SearchRecord[] {
  const sweep = workbench.history.findSweep(id);
  if (!sweep) return [workbench.history.get(id)];
  return workbench.history
    .sweepTable(sweep.id)
    .rows.map(({ searchId }) => workbench.history.get(searchId));
}
