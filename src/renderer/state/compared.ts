/** The searches that Compare shows, those that it can't show, and the one that differences are from. */
import type { Client } from '../../shared/contract/client.ts';
import { type ErrorReport, reportOf } from '../../shared/contract/errors.ts';
import { isPlainObject, type JsonObject } from '../../shared/contract/json.ts';
import type { SearchDetail, SearchSeries } from '../../shared/contract/records/search-results.ts';
import { MOST_COMPARED } from './route.ts';

interface Found {
  readonly detail: SearchDetail;
  readonly series: SearchSeries;
}

interface Missing {
  readonly id: string;
  readonly error: ErrorReport;
}

interface Compared {
  readonly details: readonly SearchDetail[];
  readonly series: readonly SearchSeries[];
  /** What can't be read, with the reason: it was deleted, or the link has a mistake. */
  readonly missing: readonly Missing[];
}

/**
 * Loads each search by itself: one that is missing is left out of the comparison, and does not end it.
 *
 * @throws WorkbenchError `unavailable` if the workbench can't be reached.
 */
export async function loadCompared(
  client: Pick<Client, 'call'>,
  ids: readonly string[],
): Promise<Compared> {
  const loaded = await Promise.all(
    ids.map(async (id): Promise<Found | Missing> => {
      try {
        const [detail, series] = await Promise.all([
          client.call('search.get', { id }),
          client.call('search.series', { id }),
        ]);
        return { detail, series };
      } catch (cause) {
        const error = reportOf(cause);
        if (error.code === 'unavailable') throw cause;
        return { id, error };
      }
    }),
  );
  return {
    details: loaded.flatMap((each) => ('detail' in each ? [each.detail] : [])),
    series: loaded.flatMap((each) => ('detail' in each ? [each.series] : [])),
    missing: loaded.flatMap((each) => ('error' in each ? [each] : [])),
  };
}

/**
 * The search that differences are from: the first of the wanted ones that is compared, else the first of
 * all.
 */
export function referenceAmong(
  ids: readonly string[],
  ...wanted: readonly (string | undefined)[]
): string | undefined {
  return wanted.find((id) => id !== undefined && ids.includes(id)) ?? ids[0];
}

/** Without one of them. If it was the reference, the next one is, or after the last one the first. */
export function withoutSearch(
  ids: readonly string[],
  reference: string | undefined,
  removed: string,
): { readonly ids: readonly string[]; readonly reference: string | undefined } {
  const at = ids.indexOf(removed);
  const left = ids.filter((id) => id !== removed);
  if (reference !== removed) return { ids: left, reference };
  return { ids: left, reference: left[at] ?? left[0] };
}

/** With one of them at the place of another; those between move by one. */
export function movedTo(ids: readonly string[], moved: string, target: string): readonly string[] {
  const [from, to] = [ids.indexOf(moved), ids.indexOf(target)];
  if (from === -1 || to === -1) return ids;
  return ids.toSpliced(from, 1).toSpliced(to, 0, moved);
}

/**
 * The place of each search among the colours of lines. A search keeps the colour that it had, whatever is
 * removed, added or made the reference; a new one gets the first that is free.
 *
 * @param kept by id, from an earlier call.
 */
export function coloursOf(
  ids: readonly string[],
  kept: JsonObject,
): Readonly<Record<string, number>> {
  const colours = new Map<string, number>();
  const taken = new Set<number>();
  for (const id of ids) {
    const colour = kept[id];
    if (typeof colour !== 'number' || !Number.isInteger(colour) || colour < 0) continue;
    if (colour >= MOST_COMPARED || taken.has(colour)) continue;
    colours.set(id, colour);
    taken.add(colour);
  }
  for (const id of ids) {
    if (colours.has(id)) continue;
    let free = 0;
    while (taken.has(free)) free += 1;
    colours.set(id, free);
    taken.add(free);
  }
  return Object.fromEntries(ids.map((id) => [id, colours.get(id)!]));
}

/** What was chosen in Compare, besides the searches. */
export interface CompareChoices {
  readonly colours: JsonObject;
  /** Missing: the ticket. */
  readonly branch?: string;
  /** Which masks are compared with which. */
  readonly pairs: 'reference' | 'all';
  readonly curves: JsonObject;
}

/** @param kept may come from another version: what does not fit is as usual. */
export function choicesFrom({ colours, branch, pairs, curves }: JsonObject): CompareChoices {
  return {
    colours: isPlainObject(colours) ? colours : {},
    ...(typeof branch === 'string' && { branch }),
    pairs: pairs === 'all' ? 'all' : 'reference',
    curves: isPlainObject(curves) ? curves : {},
  };
}
