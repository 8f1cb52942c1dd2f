/** The stored search that a search of a bundle is merged into. */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { BundledSearch } from '../../shared/domain/bundle.ts';
import { experimentOf, type Relation, relationOf } from './bundle-experiment.ts';
import type { Bundled } from './bundled.ts';
import { flag, row, text } from './columns.ts';
import type { Leases } from './leases.ts';
import { StorePart } from './part.ts';
import { settingsHash } from './settings-hash.ts';

const FOUND = row({ id: text, isDeleted: flag });

/** For use within a transaction. */
export class BundleTargets extends StorePart {
  readonly #bundled: Bundled;
  readonly #leases: Leases;

  constructor(connection: StorePart['connection'], bundled: Bundled, leases: Leases) {
    super(connection);
    this.#bundled = bundled;
    this.#leases = leases;
  }

  /**
   * The id of the stored search that is the same experiment: the one with its id, or else the oldest.
   *
   * @throws WorkbenchError `conflict` if it is in the trash.
   */
  find(search: BundledSearch): string | undefined {
    const found = this.connection
      .prepare(
        `SELECT searches.id, deleted_at IS NOT NULL AS isDeleted
         FROM searches JOIN history ON search_id = searches.id
         WHERE searches.id = @id OR (settings_hash = @hash AND dataset_fingerprint = @fingerprint
           AND deleted_at IS NULL)
         ORDER BY searches.id <> @id, searches.created_at, searches.id`,
        FOUND,
      )
      .all({
        id: search.id,
        hash: settingsHash(search.written),
        fingerprint: search.datasetFingerprint,
      });
    const own = found.find(({ id }) => id === search.id);
    if (own?.isDeleted) {
      throw new WorkbenchError(
        'conflict',
        `the search ${search.id} of the bundle is in the trash here`,
        `Run "ticket trash restore ${search.id}" to merge into it, or delete it for good.`,
        { isTemporary: true },
      );
    }
    if (own) return own.id;
    const experiment = experimentOf(search);
    return found.find(({ id }) => this.#experimentOf(id) === experiment)?.id;
  }

  /**
   * How the search of the bundle relates to the stored one.
   *
   * @throws WorkbenchError `conflict` if it is another experiment, or runs now.
   */
  relation(id: string, search: BundledSearch): Relation {
    this.#leases.checkFree(id);
    const relation = relationOf(this.#bundled.search(id), search);
    if (typeof relation !== 'object') return relation;
    const { what, stored, other } = relation;
    throw new WorkbenchError(
      'conflict',
      `the search ${id} is another experiment here: ${what} is ${stored} here and ${other} in the bundle`,
      'Nothing was merged. Merge the bundle into another data directory (--data-dir).',
    );
  }

  /** Code that trained the bundle's part and none of the stored one. That of early builds is unknown. */
  otherCode(id: string, search: BundledSearch): string | undefined {
    const own = codeOf(this.#bundled.search(id));
    if (own.size === 0) return undefined;
    return [...codeOf(search)].find((code) => !own.has(code));
  }

  /** Undefined for a damaged search, which nothing can be merged into. */
  #experimentOf(id: string): string | undefined {
    try {
      return experimentOf(this.#bundled.search(id));
    } catch {
      return undefined;
    }
  }
}

function codeOf({ sessions }: BundledSearch): Set<string> {
  return new Set(sessions.flatMap(({ environment }) => environment.code ?? []));
}
