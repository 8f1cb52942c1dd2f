import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  bytes,
  DecodingError,
  flag,
  integer,
  json,
  oneOf,
  optional,
  real,
  row,
  scalar,
  text,
} from '../../../src/main/store/columns.ts';

const listJson = json(z.array(z.string()));

describe('a column', () => {
  test.each([
    ['text', text, 'a', 'a'],
    ['integer', integer, 7, 7],
    ['real', real, 0.5, 0.5],
    ['flag', flag, 1, true],
    ['flag', flag, 0, false],
    ['oneOf', oneOf(['a', 'b']), 'b', 'b'],
    ['optional', optional(text), null, undefined],
    ['optional', optional(text), 'a', 'a'],
    ['json', listJson, '["a"]', ['a']],
    ['optional json', optional(listJson), null, undefined],
    ['bytes', bytes, Buffer.of(1), Buffer.of(1)],
  ])('of %s is read', (_kind, column, stored, value) => {
    expect(scalar<unknown>(column).decode(stored)).toEqual(value);
  });

  test.each([
    ['text', text, 7],
    ['text', text, null],
    ['integer', integer, 0.5],
    ['real', real, '0.5'],
    ['flag', flag, 2],
    ['oneOf', oneOf(['a', 'b']), 'c'],
    ['json', listJson, '["a", 1]'],
    ['json', listJson, '["a"'],
    ['json', listJson, null],
    ['bytes', bytes, 'a'],
  ])('of %s refuses another value', (_kind, column, stored) => {
    expect(() => scalar<unknown>(column).decode(stored)).toThrow(DecodingError);
  });
});

describe('a row', () => {
  const search = row({ id: text, tags: listJson, finishedAt: optional(integer) });

  test('is read column by column', () => {
    expect(search.decode({ id: 'a', tags: '["b"]', finishedAt: null })).toStrictEqual({
      id: 'a',
      tags: ['b'],
      finishedAt: undefined,
    });
  });

  test('that is not as it should be names the columns', () => {
    expect(() => search.decode({ id: 1, tags: '[true]', finishedAt: 3 })).toThrow(
      /id: .*expected string.*; tags\.0: .*expected string/,
    );
    expect(() => search.decode({ id: 'a', tags: '[]' })).toThrow(/finishedAt: /);
  });
});
