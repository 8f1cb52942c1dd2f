import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { MergedSearch } from '../../../shared/domain/bundle.ts';
import type { Store } from '../../store/store.ts';
import { type OnBundleProgress, openBundle } from './bundle-reader.ts';
import { damaged } from './bundle-zip.ts';

export interface MergeBundleOptions {
  /** What it throws ends the merge. Once the searches are being written, it is told nothing more. */
  readonly onProgress?: OnBundleProgress;
  /** See `MergeOptions` of the store. */
  readonly isPatient?: boolean;
  /** See `MergeOptions` of the store. */
  readonly isTrusted?: boolean;
}

/**
 * Takes everything of a bundle that is missing here, or nothing. Merging it again changes nothing.
 *
 * @throws WorkbenchError `not-found` or `invalid-data` for a bundle that can't be taken; `conflict` if
 *   other results are stored for the same experiment.
 */
export async function mergeBundle(
  store: Store,
  file: string,
  { onProgress = () => undefined, isPatient, isTrusted }: MergeBundleOptions = {},
): Promise<MergedSearch[]> {
  const bundle = await openBundle(file, onProgress);
  try {
    return store.bundleMerge.merge(bundle.parts(), {
      isPatient,
      isTrusted,
      onFraction: (fraction) => {
        onProgress({ what: 'merging', fraction });
      },
    });
  } catch (cause) {
    if (cause instanceof WorkbenchError) throw cause;
    throw damaged(file, messageOf(cause), cause);
  } finally {
    bundle.close();
  }
}
