/** The open view, as the hash of the address: it survives a reload and can be bookmarked. */
import { MOST_COMPARED } from '../../shared/domain/most-compared.ts';

export { MOST_COMPARED };

export const DETAIL_TABS = [
  'overview',
  'curves',
  'levels',
  'ticket',
  'analyses',
  'settings',
  'environment',
  'log',
] as const;
export type DetailTab = (typeof DETAIL_TABS)[number];

export type Route =
  | { readonly view: 'start' }
  | { readonly view: 'new' }
  | { readonly view: 'live'; readonly id: string | undefined }
  | { readonly view: 'history' }
  | { readonly view: 'detail'; readonly id: string; readonly tab: DetailTab }
  | { readonly view: 'sweep'; readonly id: string }
  | {
      readonly view: 'compare';
      readonly ids: readonly string[];
      /** Those that the address has beyond the most that are compared. */
      readonly leftOut?: readonly string[];
      /** The search that differences are from; missing: as it was kept, else the first. */
      readonly reference?: string;
    }
  | { readonly view: 'reproduce' }
  | { readonly view: 'storage' }
  | { readonly view: 'trash' }
  | { readonly view: 'settings' }
  | { readonly view: 'setup' }
  | { readonly view: 'glossary'; readonly term: string | undefined }
  | { readonly view: 'about' }
  /** An address that names no view. */
  | { readonly view: 'unknown'; readonly address: string };

/** `#/search/4f…/levels`; without a trailing slash if there are no arguments. */
export function formatRoute(route: Route): string {
  switch (route.view) {
    case 'live':
      return route.id === undefined ? '#/live' : `#/live/${encodeURIComponent(route.id)}`;
    case 'detail': {
      const search = `#/search/${encodeURIComponent(route.id)}`;
      return route.tab === 'overview' ? search : `${search}/${route.tab}`;
    }
    case 'sweep':
      return `#/sweep/${encodeURIComponent(route.id)}`;
    case 'compare': {
      const { ids, leftOut = [], reference } = route;
      if (ids.length === 0) return '#/compare';
      const searches = `#/compare/${[...ids, ...leftOut].map(encodeURIComponent).join(',')}`;
      return reference === undefined
        ? searches
        : `${searches}/reference/${encodeURIComponent(reference)}`;
    }
    case 'glossary':
      return route.term === undefined
        ? '#/glossary'
        : `#/glossary/${encodeURIComponent(route.term)}`;
    case 'unknown':
      return route.address;
    default:
      return `#/${route.view}`;
  }
}

/** The view at an address: a page that says so if there is none, nothing if the address is empty. */
export function routeAt(hash: string): Route | undefined {
  if (/^#?\/?$/.test(hash)) return undefined;
  return parseRoute(hash) ?? { view: 'unknown', address: hash };
}

/** The most parts of the addresses of views that have more than an argument. */
const MOST_PARTS: Readonly<Record<string, number>> = { search: 3, compare: 4 };

/** @returns undefined if the hash names no view. */
export function parseRoute(hash: string): Route | undefined {
  const parts = hash
    .replace(/^#\/?|\/$/g, '')
    .split('/')
    .map(decoded);
  const [view = '', argument, tab, value] = parts;
  if (parts.length > (MOST_PARTS[view] ?? 2)) return undefined;
  switch (view) {
    case 'start':
    case 'new':
    case 'history':
    case 'reproduce':
    case 'storage':
    case 'trash':
    case 'settings':
    case 'setup':
    case 'about':
      return argument === undefined ? { view } : undefined;
    case 'live':
      return { view, id: argument === '' ? undefined : argument };
    case 'glossary':
      return { view, term: argument === '' ? undefined : argument };
    case 'search':
      return detailAt(argument, tab);
    case 'sweep':
      return argument === undefined || argument === '' ? undefined : { view, id: argument };
    case 'compare': {
      const given = (argument ?? '').split(',').filter((id) => id !== '');
      return compareRoute(given, tab === 'reference' ? value : undefined);
    }
    default:
      return undefined;
  }
}

/** The first ones are compared, each once; the rest is left out. */
export function compareRoute(given: readonly string[], reference?: string): Route {
  const distinct = [...new Set(given)];
  const ids = distinct.slice(0, MOST_COMPARED);
  const leftOut = distinct.slice(MOST_COMPARED);
  return {
    view: 'compare',
    ids,
    ...(leftOut.length > 0 && { leftOut }),
    ...(reference !== undefined && ids.includes(reference) && { reference }),
  };
}

function detailAt(id: string | undefined, tab: string | undefined): Route | undefined {
  const known = tab === undefined ? 'overview' : DETAIL_TABS.find((each) => each === tab);
  return id === undefined || id === '' || !known ? undefined : { view: 'detail', id, tab: known };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
