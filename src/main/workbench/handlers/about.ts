import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handlers.ts';

type Names = 'about' | `about.${'licences' | 'openFolder' | 'crash' | 'dismissCrash'}`;

/** The program itself. */
export function aboutHandlers({ program, host }: HandlerContext): HandlersOf<Names> {
  return {
    about: () => program.about(),
    'about.licences': () => program.licences(),
    'about.openFolder': async ({ folder }) => {
      const place = program.folder(folder);
      if (!host.openFolder || place === undefined) {
        throw new WorkbenchError(
          'unavailable',
          "this host can't open a folder",
          'Copy its path instead.',
        );
      }
      await host.openFolder(place);
      return undefined;
    },
    'about.crash': () => program.crash(),
    'about.dismissCrash': () => {
      program.dismissCrash();
      return undefined;
    },
  };
}
