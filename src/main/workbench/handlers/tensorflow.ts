import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { withHome } from '../../engine/datasets/user-path.ts';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handlers.ts';

type Names = `tensorflow.${'status' | 'start' | 'pause' | 'cancel' | 'use'}`;

export function tensorflowHandlers({ tensorflow, host }: HandlerContext): HandlersOf<Names> {
  return {
    'tensorflow.status': () => tensorflow.status(),
    'tensorflow.start': () => tensorflow.start(),
    'tensorflow.pause': () => tensorflow.pause(),
    'tensorflow.cancel': () => tensorflow.cancel(),
    'tensorflow.use': async ({ kind, path }) => {
      // TensorFlow is native code. A page that something has taken over must not choose it.
      if (host.pickPath && path !== undefined) {
        throw new WorkbenchError(
          'forbidden',
          'the path to TensorFlow came from the page; expected that the dialog asks for it',
          'Reload the window.',
        );
      }
      const chosen = host.pickPath
        ? await host.pickPath(kind, `TensorFlow: ${TITLES[kind]}`)
        : path;
      return chosen === undefined ? tensorflow.status() : tensorflow.start(withHome(chosen));
    },
  };
}

const TITLES = { file: 'the wheel', folder: 'a folder with it' };
