/** The entry point of the thread that draws exports. */
import { writerFor } from '../../exporters/index.ts';
import { answerRequests } from '../work-thread-worker.ts';
import type { DrawnFile } from './drawing-thread.ts';

answerRequests(({ given }) => {
  const { subject, format, data } = given as DrawnFile;
  return writerFor(subject, format)(data);
});
