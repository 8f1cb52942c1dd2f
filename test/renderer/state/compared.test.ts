import { describe, expect, it } from 'vitest';
import { createClient } from '../../../src/shared/contract/client.ts';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import {
  choicesFrom,
  coloursOf,
  loadCompared,
  movedTo,
  referenceAmong,
  withoutSearch,
} from '../../../src/renderer/state/compared.ts';
import { createFakeWorkbench } from '../support/fake-workbench.ts';

describe('a comparison', () => {
  it('leaves out what is missing, and says what that is', async () => {
    const client = createClient(createFakeWorkbench({ finished: 2 }));
    const { details, series, missing } = await loadCompared(client, [
      'search-1',
      'gone',
      'search-2',
    ]);
    expect(details.map(({ row }) => row.id)).toEqual(['search-1', 'search-2']);
    expect(series).toHaveLength(2);
    expect(missing).toMatchObject([{ id: 'gone', error: { code: 'not-found' } }]);
  });

  it('fails as a whole only if nothing can be reached', async () => {
    const call = () => Promise.reject(new WorkbenchError('unavailable', 'the connection is lost'));
    await expect(loadCompared({ call }, ['search-1'])).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

describe('the reference', () => {
  it('is the one that is wanted, as long as it is compared', () => {
    expect(referenceAmong(['a', 'b', 'c'], undefined, 'b')).toBe('b');
    expect(referenceAmong(['a', 'c'], 'b')).toBe('a');
    expect(referenceAmong([], 'b')).toBeUndefined();
  });

  it('stays when others are removed, and is the next one when it is removed itself', () => {
    expect(withoutSearch(['a', 'b', 'c'], 'b', 'a')).toEqual({ ids: ['b', 'c'], reference: 'b' });
    expect(withoutSearch(['a', 'b', 'c'], 'b', 'b')).toEqual({ ids: ['a', 'c'], reference: 'c' });
    expect(withoutSearch(['a', 'b', 'c'], 'c', 'c')).toEqual({ ids: ['a', 'b'], reference: 'a' });
    expect(withoutSearch(['a'], 'a', 'a')).toEqual({ ids: [], reference: undefined });
  });
});

describe('the order of searches', () => {
  it('changes by one that takes the place of another', () => {
    expect(movedTo(['a', 'b', 'c', 'd'], 'a', 'c')).toEqual(['b', 'c', 'a', 'd']);
    expect(movedTo(['a', 'b', 'c', 'd'], 'd', 'b')).toEqual(['a', 'd', 'b', 'c']);
    expect(movedTo(['a', 'b'], 'a', 'a')).toEqual(['a', 'b']);
  });

  it('stays where one of both is gone meanwhile', () => {
    expect(movedTo(['a', 'b'], 'c', 'a')).toEqual(['a', 'b']);
    expect(movedTo(['a', 'b'], 'a', 'c')).toEqual(['a', 'b']);
  });

  it('leaves the colours as they are', () => {
    const first = coloursOf(['a', 'b', 'c'], {});
    expect(coloursOf(movedTo(['a', 'b', 'c'], 'a', 'c'), first)).toEqual(first);
  });
});

describe('the colours of searches', () => {
  it('stay when others are removed, added or put first', () => {
    const first = coloursOf(['a', 'b', 'c'], {});
    expect(first).toEqual({ a: 0, b: 1, c: 2 });
    const left = coloursOf(['b', 'c'], first);
    expect(left).toEqual({ b: 1, c: 2 });
    expect(coloursOf(['d', 'c', 'b'], left)).toEqual({ d: 0, b: 1, c: 2 });
  });

  it('differ, whatever was kept', () => {
    expect(coloursOf(['a', 'b', 'c'], { a: 1, b: 1, c: -3 })).toEqual({ a: 1, b: 0, c: 2 });
    expect(coloursOf(['a'], { a: 80 })).toEqual({ a: 0 });
  });
});

it('what was chosen is as usual where it was kept as something else', () => {
  expect(choicesFrom({ colours: [1], branch: 2, pairs: 'some', curves: 'x' })).toEqual({
    colours: {},
    pairs: 'reference',
    curves: {},
  });
  expect(choicesFrom({ branch: 'ticket', pairs: 'all' })).toMatchObject({
    branch: 'ticket',
    pairs: 'all',
  });
});
