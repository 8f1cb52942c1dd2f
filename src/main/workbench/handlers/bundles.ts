import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { MergedBundle } from '../../../shared/contract/records/bundles.ts';
import { checkAbsolute } from '../backups/backup-service.ts';
import { BUNDLE_ENDING } from '../bundles/bundle-format.ts';
import type { HandlerContext } from './context.ts';
import { slug } from './exported-file.ts';
import type { HandlersOf } from './handlers.ts';

type Transfers = `${'begin' | 'addTo' | 'merge'}Upload` | `${'begin' | 'read'}Download`;
type Names = `bundle.${'merge' | 'write' | 'stop' | 'endTransfer' | Transfers}`;

/** Where the host has dialogs, no page names a path: only the user does. */
export function bundleHandlers({ bundles, host, workbench }: HandlerContext): HandlersOf<Names> {
  const { history } = workbench;
  const { transfers } = bundles;
  const suggestedName = (ids: readonly string[]): string => {
    const [id, ...others] = ids;
    const named = id === undefined || others.length > 0 ? undefined : nameOf(id);
    const stem = named === undefined ? '' : slug(named);
    return `${stem === '' ? 'searches' : stem}-${minute()}.${BUNDLE_ENDING}`;
  };
  const nameOf = (id: string): string => history.findSweep(id)?.name ?? history.identify(id).name;
  const mergeUpload = async (transfer: string, name: string): Promise<MergedBundle> => {
    const file = transfers.uploaded(transfer);
    try {
      return { ...(await bundles.merge(file)), file: name };
    } catch (error) {
      // Where it lay in between tells the user nothing.
      if (!(error instanceof WorkbenchError)) throw error;
      throw new WorkbenchError(error.code, error.message.replaceAll(file, name), error.hint);
    } finally {
      transfers.end(transfer);
    }
  };
  return {
    'bundle.merge': ({ path }) => bundles.merge(checkBundle(path)),
    'bundle.write': async ({ ids, path = '', ...chosen }) => {
      const request = { ...chosen, searchIds: history.searchesOf(ids) };
      if (!host.pickTarget) {
        return bundles.write(checkBundle(path), { ...request, overwrite: false });
      }
      const file = await host.pickTarget(suggestedName(ids));
      // The dialog has asked before it names a file that is there.
      return file === undefined ? undefined : bundles.write(file, { ...request, overwrite: true });
    },
    'bundle.stop': async () => {
      await bundles.stop();
      return undefined;
    },
    'bundle.beginUpload': ({ bytes }) => ({ transfer: transfers.beginUpload(bytes) }),
    'bundle.addToUpload': ({ transfer, part }) => {
      transfers.add(transfer, part);
      return undefined;
    },
    'bundle.mergeUpload': ({ transfer, name }) => mergeUpload(transfer, name),
    'bundle.beginDownload': async ({ ids, ...chosen }) => {
      const request = { ...chosen, searchIds: history.searchesOf(ids), overwrite: false };
      const { id, file } = transfers.beginDownload();
      try {
        const { bytes, trainings } = await bundles.write(file, request);
        return { transfer: id, name: suggestedName(ids), bytes, trainings };
      } catch (error) {
        transfers.end(id);
        throw error;
      }
    },
    'bundle.readDownload': ({ transfer, offset }) => transfers.read(transfer, offset),
    'bundle.endTransfer': ({ transfer }) => {
      transfers.end(transfer);
      return undefined;
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
