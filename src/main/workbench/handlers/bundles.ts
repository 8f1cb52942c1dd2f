import { checkAbsolute } from '../backups/backup-service.ts';
import { BUNDLE_ENDING } from '../bundles/bundle-format.ts';
import type { HandlerContext } from './context.ts';
import { slug } from './exported-file.ts';
import type { HandlersOf } from './handlers.ts';

type Names = `bundle.${'merge' | 'mergeDropped' | 'write'}`;

/** Where the host has dialogs, no page names a path: only the user does. */
export function bundleHandlers({ bundles, host, workbench }: HandlerContext): HandlersOf<Names> {
  const { history } = workbench;
  const suggestedName = (ids: readonly string[]): string => {
    const [id, ...others] = ids;
    const named = id === undefined || others.length > 0 ? undefined : nameOf(id);
    const stem = named === undefined ? '' : slug(named);
    return `${stem === '' ? 'searches' : stem}-${minute()}.${BUNDLE_ENDING}`;
  };
  const nameOf = (id: string): string => history.findSweep(id)?.name ?? history.identify(id).name;
  return {
    'bundle.merge': async ({ path }) => {
      if (!host.pickPath) return bundles.merge(checkBundle(path ?? ''));
      const file = await host.pickPath('file', 'Choose a bundle');
      return file === undefined ? undefined : bundles.merge(file);
    },
    'bundle.mergeDropped': ({ path }) => bundles.merge(checkBundle(path)),
    'bundle.write': async ({ ids, path, ...chosen }) => {
      const request = { ...chosen, searchIds: history.searchesOf(ids) };
      const name = suggestedName(ids);
      if (!host.pickTarget) {
        const file = path === undefined ? bundles.placeFor(name) : checkBundle(path);
        return bundles.write(file, { ...request, overwrite: false });
      }
      const file = await host.pickTarget(name);
      // The dialog has asked before it names a file that is there.
      return file === undefined ? undefined : bundles.write(file, { ...request, overwrite: true });
    },
  };
}

function checkBundle(path: string): string {
  return checkAbsolute(path, `search.${BUNDLE_ENDING}`);
}

/** `20260102-0304`, UTC. */
function minute(): string {
  return new Date().toISOString().slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-');
}
