/** The entry point of the thread that checks trainings of earlier versions. */
import { answerTasks } from '../store-thread-worker.ts';
import type { SealingTasks } from './sealing.ts';

answerTasks((store, { given }) => {
  const { after, milliseconds } = given as SealingTasks['check']['given'];
  return store.earlierTrainings.check(after, milliseconds);
});
