/** What a bundle will hold: found, and refused if nobody could read it, before its first byte is written. */
import { amount, formatCount } from '../../../shared/amount.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { BundledSearch, BundledTraining } from '../../../shared/domain/bundle.ts';
import type { TrainingKey } from '../../../shared/domain/training.ts';
import type { BundledArray } from '../../store/bundled.ts';
import type { Store } from '../../store/store.ts';
import { isWeights, LARGEST_JSON, MOST_FILES } from './bundle-format.ts';
import { LARGEST_FILE } from './bundle-zip.ts';

export interface BundleRequest {
  readonly searchIds: readonly string[];
  /** Counted from 0. Default: all of them. */
  readonly replicates?: readonly number[] | undefined;
  readonly withWeights: boolean;
  /** The most bytes that its file may have. Default: as many as the disk has room for. */
  readonly mostBytes?: number | undefined;
}

export interface SearchContents {
  readonly search: BundledSearch;
  readonly trainings: readonly TrainingContents[];
}

export interface TrainingContents {
  readonly key: TrainingKey;
  readonly arrays: BundledTraining['arrays'];
}

export interface BundleContents {
  readonly searches: readonly SearchContents[];
  /** The SHA-256, hex, of each array. */
  readonly arrays: ReadonlySet<string>;
}

/**
 * Every search as it is at one moment: what it trains meanwhile is left out.
 *
 * @param onSearch told before each search; what it throws ends this.
 * @throws WorkbenchError `not-found`; `store-failed` if a search is damaged; `invalid-argument` for more than
 *   a bundle can hold.
 */
export function contentsOf(
  store: Store,
  { searchIds, replicates, withWeights, mostBytes = Infinity }: BundleRequest,
  onSearch: () => void,
): BundleContents {
  /** How many bytes the store has of each. */
  const arrays = new Map<string, number>();
  const searches = searchIds.map((id): SearchContents => {
    onSearch();
    const { search, trainings: all } = store.bundled.contents(id);
    checkText(`the search ${id}`, jsonBytes(search));
    checkReplicates(id, all, replicates);
    const chosen = all.filter(({ key }) => replicates?.includes(key.replicate) ?? true);
    const trainings = chosen.map(({ key, arrays: having }) => {
      const wanted = having.filter(({ role }) => withWeights || !isWeights(role));
      for (const array of wanted) {
        checkArray(id, array);
        arrays.set(array.sha256, array.storedBytes);
      }
      return { key, arrays: Object.fromEntries(wanted.map(({ role, sha256 }) => [role, sha256])) };
    });
    return { search, trainings };
  });
  // Its README.md is one more.
  const files = searches.reduce(
    (sum, { trainings }) => sum + 1 + trainings.length,
    1 + arrays.size,
  );
  if (files > MOST_FILES) {
    throw new WorkbenchError(
      'invalid-argument',
      `the bundle would have ${amount(files, 'file')}; a bundle has at most ${formatCount(MOST_FILES)}`,
      'Export fewer searches, or some of the replicates at a time.',
    );
  }
  // The store packs them tighter than the bundle does.
  checkSize(
    [...arrays.values()].reduce((sum, bytes) => sum + bytes, 0),
    mostBytes,
  );
  return { searches, arrays: new Set(arrays.keys()) };
}

/**
 * @param bytes that the bundle has at least.
 * @throws WorkbenchError `invalid-argument` if these are more than it may have.
 */
export function checkSize(bytes: number, mostBytes: number): void {
  if (bytes <= mostBytes) return;
  throw new WorkbenchError(
    'invalid-argument',
    `the bundle has at least ${bytes} bytes; a browser can fetch at most ${mostBytes}`,
    'Write it to a path on the machine of the workbench, here or with "ticket export ID --what bundle --out FILE"; or leave out weights or searches.',
  );
}

/** A value as it stands in a bundle. */
export function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);
}

/**
 * @param what the text is of.
 * @returns the text.
 * @throws WorkbenchError `invalid-argument` for one that is longer than those of bundles.
 */
export function checkText(what: string, text: Uint8Array): Uint8Array {
  if (text.length <= LARGEST_JSON) return text;
  throw new WorkbenchError(
    'invalid-argument',
    `${what} would take ${text.length} bytes of text in the bundle; one has at most ${LARGEST_JSON}`,
    'Leave this search or its replicate out of the bundle, and export its measurements in another format.',
  );
}

function checkArray(id: string, { role, bytes }: BundledArray): void {
  if (bytes <= LARGEST_FILE) return;
  throw new WorkbenchError(
    'invalid-argument',
    `an array (${role}) of the search ${id} has ${bytes} bytes; one of a bundle has at most ${LARGEST_FILE}`,
    'Leave weights out of the bundle.',
  );
}

function checkReplicates(
  id: string,
  trainings: readonly { readonly key: TrainingKey }[],
  replicates: readonly number[] = [],
): void {
  const known = new Set(trainings.map(({ key }) => key.replicate));
  const missing = replicates.find((each) => !known.has(each));
  if (missing === undefined) return;
  throw new WorkbenchError(
    'not-found',
    `the search ${id} has no finished trainings of replicate ${missing + 1}`,
    `Run "ticket show ${id}" for what it has.`,
  );
}
