import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handlers.ts';

type Names = `plugIns.${'get' | 'set' | 'openFolder'}`;

/** The setting for plug-ins. No call takes a path. */
export function plugInHandlers({ plugIns, host }: HandlerContext): HandlersOf<Names> {
  let isAsking = false;
  /** A page that asks again and again gets one question at a time. */
  const isConfirmed = async (): Promise<boolean> => {
    if (isAsking) {
      throw new WorkbenchError(
        'conflict',
        'the question whether to turn plug-ins on is open already',
        'Answer it first.',
      );
    }
    isAsking = true;
    try {
      return await host.confirmPlugIns(plugIns.folder);
    } finally {
      isAsking = false;
    }
  };
  return {
    'plugIns.get': () => plugIns.overview(),
    'plugIns.set': async ({ isOn }) => {
      const isAllowed = !isOn || plugIns.isOn || (await isConfirmed());
      if (isAllowed) await plugIns.set(isOn);
      return plugIns.overview();
    },
    'plugIns.openFolder': async () => {
      if (!host.openFolder) {
        throw new WorkbenchError(
          'unavailable',
          "this host can't open a folder",
          'Copy its path instead.',
        );
      }
      await host.openFolder(plugIns.folder);
      return undefined;
    },
  };
}
