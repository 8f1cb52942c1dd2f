/** Which plug-in an entry of the form comes from. */
import type { Catalog, CatalogEntry, CatalogKind } from '../../shared/contract/records/catalog.ts';
import { CHOICE_PLACES } from '../../shared/domain/settings/choices.ts';
import { fileName } from '../format.ts';

/** Choices within lists, by the path that they have there. */
const IN_LISTS: readonly (readonly [RegExp, CatalogKind])[] = [
  [/^analyses[.]\d+$/, 'analyses'],
  [/^branches[.]\d+$/, 'branches'],
  [/^branches[.]\d+[.]dataset$/, 'datasets'],
  [/^branches[.]\d+[.]optimizer$/, 'optimizers'],
];

/** `From my-strategy.ts.`; undefined if the entry is built in. */
export function originOf(entry: CatalogEntry | undefined): string | undefined {
  return entry?.plugIn === undefined ? undefined : `From ${fileName(entry.plugIn)}.`;
}

/** As `originOf`, for the entry that is chosen by the field at `path`. */
export function originAt(
  catalog: Catalog | undefined,
  path: string,
  id: string,
): string | undefined {
  const kind = kindAt(path);
  return kind && originOf(catalog?.[kind].find((entry) => entry.id === id));
}

/** An entry that settings name and that is not there: it may come from a plug-in. */
export function notLoaded(id: string): string {
  return `${id} (not loaded)`;
}

function kindAt(path: string): CatalogKind | undefined {
  // Entries of a sweep are listed below the setting that is swept.
  const owner = path.replace(/(?<!^(analyses|branches))[.]\d+$/, '');
  const place = CHOICE_PLACES.find(
    (each) => owner === (each.isBeside ? `${each.owner}.${each.key}` : each.owner),
  );
  return place?.kind ?? IN_LISTS.find(([pattern]) => pattern.test(path))?.[1];
}
