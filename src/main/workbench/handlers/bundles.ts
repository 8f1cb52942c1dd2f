import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { MergedBundle } from '../../../shared/contract/records/bundles.ts';
import { checkAbsolute } from '../backups/backup-service.ts';
import { BUNDLE_ENDING } from '../bundles/bundle-format.ts';
import type { BundleService } from '../bundles/bundle-service.ts';
import type { HandlerContext } from './context.ts';
import { slug } from './exported-file.ts';
import type { HandlersOf } from './handlers.ts';

type Transfers = `${'begin' | 'addTo' | 'merge'}Upload` | `${'begin' | 'read'}Download`;
type Names = `bundle.${'merge' | 'write' | 'stop' | 'running' | 'endTransfer' | Transfers}`;

/**
 * Where the host has dialogs, a bundle is written only where the user says, and none travels in parts. That
 * a page merges only what the user has chosen or dropped is left to the preload script, as the contract
 * says at `bundle.merge`.
 */
export function bundleHandlers({ bundles, host, workbench }: HandlerContext): HandlersOf<Names> {
  const { history } = workbench;
  /** For bundles that travel. @throws WorkbenchError `forbidden` where the host has dialogs. */
  const inBrowser = (): BundleService => {
    if (host.kind === 'browser') return bundles;
    throw new WorkbenchError(
      'forbidden',
      'bundles travel in parts only to and from browsers',
      'Merge this bundle from where it is, or write it where you want it.',
    );
  };
  const suggestedName = (ids: readonly string[]): string => {
    const [id, ...others] = ids;
    const named = id === undefined || others.length > 0 ? undefined : nameOf(id);
    const stem = named === undefined ? '' : slug(named);
    return `${stem === '' ? 'searches' : stem}-${minute()}.${BUNDLE_ENDING}`;
  };
  const nameOf = (id: string): string => history.findSweep(id)?.name ?? history.identify(id).name;
  const mergeArrived = async (task: string, file: string, name: string): Promise<MergedBundle> => {
    try {
      return { ...(await bundles.merge(task, file)), file: name };
    } catch (error) {
      // Where it lay in between tells the user nothing.
      if (!(error instanceof WorkbenchError)) throw error;
      throw new WorkbenchError(error.code, error.message.replaceAll(file, name), error.hint);
    }
  };
  return {
    'bundle.merge': ({ path, task }) => bundles.merge(task, checkBundle(path)),
    'bundle.write': async ({ ids, path = '', task, ...chosen }) => {
      const request = { ...chosen, searchIds: history.searchesOf(ids) };
      if (!host.pickTarget) {
        return bundles.write(task, checkBundle(path), { ...request, overwrite: false });
      }
      const file = await host.pickTarget(suggestedName(ids));
      if (file === undefined) return undefined;
      // The dialog has asked before it names a file that is there.
      return bundles.write(task, file, { ...request, overwrite: true });
    },
    'bundle.stop': ({ task }) => {
      bundles.stop(task);
      return undefined;
    },
    'bundle.running': () => bundles.list(),
    'bundle.beginUpload': async ({ bytes }) => ({
      transfer: await inBrowser().transfers.beginUpload(bytes),
    }),
    'bundle.addToUpload': async ({ transfer, offset, part }) => {
      await inBrowser().transfers.add(transfer, offset, part);
      return undefined;
    },
    'bundle.mergeUpload': ({ transfer, name, task }) =>
      inBrowser().transfers.take(transfer, (file) => mergeArrived(task, file, name)),
    'bundle.beginDownload': async ({ ids, task, ...chosen }) => {
      const request = { ...chosen, searchIds: history.searchesOf(ids) };
      const { transfer, written } = await inBrowser().writeDownload(task, request);
      const { bytes, trainings } = written;
      return { transfer, name: suggestedName(ids), bytes, trainings };
    },
    'bundle.readDownload': ({ transfer, offset }) => inBrowser().transfers.read(transfer, offset),
    'bundle.endTransfer': async ({ transfer }) => {
      await inBrowser().transfers.end(transfer);
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
