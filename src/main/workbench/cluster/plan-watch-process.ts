/**
 * The entry point of the process that looks at plans when it is told to. `plan-watch.ts` starts it, and kills
 * it when the workbench closes: whatever it does then, SQLite takes back what is not committed.
 */
import process from 'node:process';
import { reportOf } from '../../../shared/contract/errors.ts';
import { Store } from '../../store/store.ts';
import { Workbench } from '../workbench.ts';
import { PlanChanges } from './plan-changes.ts';
import { PlanLooks } from './plan-look.ts';
import type { PlanWatchMessage } from './plan-watch.ts';

const [database] = process.argv.slice(2);
if (database === undefined || !process.send) {
  throw new Error(
    'plan-watch-process.ts runs only as a child process, with the path of a database',
  );
}
const say = (message: PlanWatchMessage): void => {
  if (process.connected) process.send?.(message);
};

// A signal from a terminal reaches all processes. The workbench decides when this one ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => undefined);
}
process.on('disconnect', () => process.exit());

/** The database is opened in the first look: if it can't be, that is told as any other failure of a look. */
let looks: PlanLooks | undefined;
const changes = new PlanChanges();

async function look(file: string, plans: ReadonlyMap<string, string>): Promise<void> {
  changes.keepOnly(plans);
  try {
    looks ??= new PlanLooks(Workbench.over(Store.openExisting(file)).submissions);
    await looks.look(plans, (found) => {
      const change = changes.of(found);
      if (change) say({ kind: 'change', change });
    });
    say({ kind: 'done' });
  } catch (error) {
    say({ kind: 'failed', report: reportOf(error) });
  }
}

process.on('message', (message) => {
  void look(database, message as ReadonlyMap<string, string>);
});
