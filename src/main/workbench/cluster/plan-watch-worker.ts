/** The entry point of the thread that looks at plans when it is told to. `plan-watch.ts` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { Store } from '../../store/store.ts';
import { Workbench } from '../workbench.ts';
import { PlanLooks } from './plan-look.ts';
import type { PlanWatchMessage, PlanWatchThreadData } from './plan-watch.ts';

const port = parentPort;
if (!port) throw new Error('plan-watch-worker.ts runs only as a worker thread');
const say = (message: PlanWatchMessage): void => {
  port.postMessage(message);
};

const store = Store.open((workerData as PlanWatchThreadData).file);
const looks = new PlanLooks(store, Workbench.over(store).submissions);

port.on('message', (plans: ReadonlyMap<string, string>) => {
  void looks
    .look(plans, (look) => {
      say({ kind: 'look', look });
    })
    .then(() => {
      say({ kind: 'done' });
    });
});
