/** The entry point of the thread that draws exports. */
import { loadPlugIns } from '../../engine/plug-ins/load.ts';
import { exporters, writerFor } from '../../exporters/index.ts';
import { answerRequests } from '../work-thread-worker.ts';
import type { DrawnFile } from './drawing-thread.ts';

answerRequests(({ given }) => {
  const { subject, format, data, plugIn } = given as DrawnFile;
  if (plugIn) loadPlugIns([plugIn], { exporters });
  return writerFor(subject, format)(data);
});
