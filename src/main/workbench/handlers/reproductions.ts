import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { zipOfFiles } from '../../exporters/zip-files.ts';
import { reportFolder } from '../reproduction/report.ts';
import { changedRows, type HandlerContext } from './context.ts';
import type { HandlersOf } from './handlers.ts';

/** Published experiments, reproduced as searches of the queue. */
export function reproductionHandlers(
  context: HandlerContext,
): HandlersOf<`reproduce.${'list' | 'start' | 'calibrate' | 'report'}`> {
  const { workbench, queue, store } = context;
  const { reproductions } = workbench;
  return {
    'reproduce.list': ({ workers, ...size }) => reproductions.list(size, workers),
    'reproduce.start': async ({ name, workers, ...size }) => {
      const runs = await reproductions.ensureSaved(name, size);
      const unfinished = runs
        .flatMap(({ searches }) => searches.map(({ id }) => id))
        .filter((id) => store.searches.status(id) !== 'finished' && !queue.isOurs(id));
      await queue.resumeAll(unfinished, workers);
      changedRows(context, unfinished);
      return reproductions.get(name, size, workers);
    },
    'reproduce.calibrate': ({ name, workers, ...size }) => {
      if (queue.runningCount > 0) {
        throw new WorkbenchError(
          'conflict',
          'a search is running, which would make the measured times too long',
          'Wait until it has ended, or pause it.',
        );
      }
      return reproductions.calibrate(name, size, workers);
    },
    'reproduce.report': async ({ name, ...size }) => {
      const { files } = await reproductions.report(name, size);
      return {
        name: `${reportFolder(name, size)}.zip`,
        mediaType: 'application/zip',
        bytes: zipOfFiles(files).slice(),
      };
    },
  };
}
