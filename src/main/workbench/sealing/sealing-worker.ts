/** The entry point of the thread that checks trainings of earlier versions. */
import { answerTasks } from '../store-thread-worker.ts';

/** What was found in this time is sealed together: every commit tells other processes to load again. */
const MILLISECONDS_AT_ONCE = 10_000;

answerTasks((store, { given: after }) =>
  store.earlierTrainings.check(after as number, MILLISECONDS_AT_ONCE),
);
