import { Command } from 'commander';
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

/** Damaged searches can be deleted, so nothing but their names is read. */
function searchesOf({ history }: Workbench, id: string) {
  const sweep = history.findSweep(id);
  if (!sweep) return [history.identify(id)];
  return history.searchesOfSweep(sweep.id).map((searchId) => history.identify(searchId));
}
