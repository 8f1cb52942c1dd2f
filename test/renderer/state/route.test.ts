import { describe, expect, it } from 'vitest';
import {
  compareRoute,
  formatRoute,
  parseRoute,
  type Route,
  routeAt,
} from '../../../src/renderer/state/route.ts';

const ROUTES: readonly Route[] = [
  { view: 'start' },
  { view: 'new' },
  { view: 'live', id: undefined },
  { view: 'live', id: 'a/b c' },
  { view: 'history' },
  { view: 'reproduce' },
  { view: 'detail', id: 'one', tab: 'overview' },
  { view: 'detail', id: 'one', tab: 'levels' },
  { view: 'detail', id: 'one', tab: 'ticket' },
  { view: 'compare', ids: [] },
  { view: 'glossary', term: undefined },
  { view: 'glossary', term: 'rewind-step' },
  { view: 'compare', ids: ['one', 'two'] },
  { view: 'compare', ids: ['one', 'a/b c'], reference: 'a/b c' },
];

describe('the address of a view', () => {
  it.each(ROUTES)('comes back from its hash: %j', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it.each(['', '#', '#/nowhere', '#/search', '#/search/'])('means nothing as %j', (hash) => {
    expect(parseRoute(hash)).toBeUndefined();
  });

  it('may end with a slash', () => {
    expect(parseRoute('#/new/')).toEqual({ view: 'new' });
    expect(parseRoute('#/search/one/')).toMatchObject({ tab: 'overview' });
  });

  it('shows at most eight searches side by side, and keeps those that are left out', () => {
    const many = Array.from({ length: 12 }, (_, index) => `s${index}`);
    const route = parseRoute(`#/compare/${many.join(',')},s1/reference/s3`);
    const whole = { view: 'compare', ids: many.slice(0, 8), leftOut: many.slice(8) } as const;
    expect(route).toEqual({ ...whole, reference: 's3' });
    expect(parseRoute(formatRoute(route!))).toEqual(route);
    expect(compareRoute(many, 's9')).toEqual(whole);
  });
});

describe('the reference of a comparison', () => {
  it('is in the address', () => {
    const route = { view: 'compare', ids: ['one', 'two'], reference: 'two' } as const;
    expect(formatRoute(route)).toBe('#/compare/one,two/reference/two');
  });

  it.each([
    '#/compare/one,two/reference/three',
    '#/compare/one,two/reference',
    '#/compare/one,two/two',
  ])('is left open where the address names none of the searches: %j', (hash) => {
    expect(parseRoute(hash)).toEqual({ view: 'compare', ids: ['one', 'two'] });
  });
});

describe('the view at an address', () => {
  it.each(['', '#', '#/', '/'])('is left to the window where the address is empty: %j', (hash) => {
    expect(routeAt(hash)).toBeUndefined();
  });

  it.each([
    '#/nowhere',
    '#/search/',
    '#/sweep',
    '#/search/one/nothing',
    '#/search/one/levels/x',
    '#/new/x',
    '#/live/one/two',
  ])('says that there is none: %j', (hash) => {
    const route = routeAt(hash);
    expect(route).toEqual({ view: 'unknown', address: hash });
    expect(formatRoute(route!)).toBe(hash);
  });
});
