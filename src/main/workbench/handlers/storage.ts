import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handlers.ts';

type Names = `storage.${'overview' | 'previewDrop' | 'dropWeights'}` | `trash.${'list' | 'delete'}`;

/** What takes space, and the trash. */
export function storageHandlers({ storage }: HandlerContext): HandlersOf<Names> {
  return {
    'storage.overview': () => storage.overview(),
    'storage.previewDrop': ({ ids }) => storage.preview(ids),
    'storage.dropWeights': ({ ids }) => storage.dropWeights(ids),
    'trash.list': () => storage.trash(),
    'trash.delete': ({ ids }) => storage.deleteForGood(ids),
  };
}
