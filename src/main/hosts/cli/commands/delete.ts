import { Command } from 'commander';
import { dayText } from '../../../../shared/domain/dropped-weights.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption } from '../options.ts';
import type { Output } from '../output.ts';
import { plainLine } from '../plain-text.ts';

export function deleteCommand(output: Output): Command {
  return new Command('delete')
    .description(
      'Delete searches, or all searches of a sweep, with their masks, weights and metrics. For seven days, "ticket trash restore" brings them back.',
    )
    .argument('<id...>', 'ids of searches or sweeps, or their beginnings')
    .addOption(dataDirOption())
    .option('--for-good', 'not into the trash: their space is free at once')
    .action((ids: string[], options: { dataDir?: string; forGood?: true }) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        workbench.storage.purgeExpired();
        // Looks all of them up before it deletes the first: with a mistyped id, nothing is deleted.
        const searches = ids.flatMap((id) => searchesOf(workbench, id));
        const until = options.forGood
          ? undefined
          : workbench.storage.moveToTrash(searches.map(({ id }) => id));
        for (const { id, name } of searches) {
          if (until === undefined) workbench.history.delete(id);
          const way =
            until === undefined
              ? ' for good'
              : `. Until ${dayText(until)}, "ticket trash restore ${id}" brings it back`;
          output.note(`Deleted ${id} (${plainLine(name)})${way}.`);
        }
      } finally {
        workbench.close();
      }
    });
}

/** Damaged searches can be deleted, so nothing but their names is read. */
function searchesOf({ history, storage }: Workbench, id: string) {
  const sweep = history.findSweep(id);
  if (!sweep) return [history.identify(id)];
  const deleted = new Set(storage.trash().searches.map((search) => search.id));
  return history
    .searchesOfSweep(sweep.id)
    .filter((searchId) => !deleted.has(searchId))
    .map((searchId) => history.identify(searchId));
}
