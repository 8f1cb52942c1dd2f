import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import { createAnswerer } from '../../../../src/main/workbench/handlers/answer.ts';
import type { Handlers } from '../../../../src/main/workbench/handlers/handlers.ts';

const trusted = { isTrusted: () => true };

/** Only the calls that a test makes are there. */
function answerer(handlers: Partial<Handlers>) {
  const faults: unknown[] = [];
  const answer = createAnswerer(handlers as Handlers, {
    onInternalError: (name, error) => faults.push([name, error]),
  });
  return { answer, faults };
}

const call = (name: string, input: unknown) => ({ type: 'call', id: 7, name, input });

describe('the door to the handlers', () => {
  it('gives the handler its input with defaults, and the caller its value', async () => {
    const { answer } = answerer({ 'search.ids': ({ sort }) => [sort.column, sort.direction] });

    expect(await answer(trusted, call('search.ids', {}))).toEqual({
      type: 'answer',
      id: 7,
      result: { ok: true, value: ['created', 'descending'] },
    });
  });

  it('answers with what a handler throws, and tells of faults that are not the caller’s', async () => {
    const notFound = new WorkbenchError('not-found', 'nothing there', 'Look elsewhere.');
    const fault = new TypeError('x is not a function');
    const { answer, faults } = answerer({
      tags: () => {
        throw notFound;
      },
      health: () => Promise.reject(fault),
    });

    expect((await answer(trusted, call('tags', {}))).result).toEqual({
      ok: false,
      error: { code: 'not-found', message: 'nothing there', hint: 'Look elsewhere.' },
    });
    expect((await answer(trusted, call('health', {}))).result).toEqual({
      ok: false,
      error: { code: 'internal', message: 'x is not a function' },
    });
    expect(faults).toEqual([['health', fault]]);
  });

  it('asks about the sender at every call, before anything else', async () => {
    let isTrusted = true;
    const { answer } = answerer({ tags: () => [] });
    const sender = { isTrusted: () => isTrusted };

    expect((await answer(sender, call('tags', {}))).result.ok).toBe(true);
    isTrusted = false;
    const forbidden = { ok: false, error: { code: 'forbidden' } };
    expect((await answer(sender, call('tags', {}))).result).toMatchObject(forbidden);
    expect((await answer(sender, call('nothing', {}))).result).toMatchObject(forbidden);
  });

  it('refuses unknown calls and inputs that do not fit, naming what is wrong', async () => {
    const { answer } = answerer({});
    const errorOf = async (name: string, input: unknown) => {
      const { result } = await answer(trusted, call(name, input));
      return result.ok ? undefined : `${result.error.code}: ${result.error.message}`;
    };

    expect(await errorOf('search.fetch', {})).toBe(
      'malformed-message: there is no call "search.fetch"',
    );
    expect(await errorOf('constructor', {})).toContain('malformed-message');
    expect(await errorOf('search.get', {})).toContain('invalid-argument: search.get: id:');
    expect(await errorOf('search.get', { id: 'a', more: 1 })).toContain('"more"');
    expect(await errorOf('search.get', undefined)).toContain('invalid-argument');
    expect(await errorOf('search.list', { limit: 0, offset: -1 })).toMatch(/limit:.*offset:/);
    expect(await errorOf('search.delete', { ids: Array.from({ length: 9 }, () => 7) })).toContain(
      'and 6 more',
    );
    expect(await errorOf('search.tag', { ids: ['a'], add: ['a,b'] })).toContain('without a comma');
    const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
    expect(await errorOf('settings.validate', { settings: nested(40) })).toContain('JSON object');
    const polluting: unknown = JSON.parse('{"__proto__":{"polluted":1}}');
    expect(await errorOf('settings.validate', { settings: polluting })).toContain('JSON object');
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    expect(await errorOf('settings.validate', { settings: cyclic })).toContain('JSON object');
  });

  it.each([
    undefined,
    null,
    7,
    'call',
    [],
    {},
    { type: 'answer', id: 1, name: 'tags', input: {} },
    { type: 'call', id: -1, name: 'tags', input: {} },
    { type: 'call', id: 0.5, name: 'tags', input: {} },
    { type: 'call', id: 1, name: 7, input: {} },
    { type: 'call', id: 1, name: 'tags', input: {}, more: 1 },
    { type: 'call', id: 1, name: 'x'.repeat(101), input: {} },
  ])('has no answer to what is no call: %j', async (message) => {
    const { answer } = answerer({ tags: () => [] });

    await expect(answer(trusted, message)).rejects.toMatchObject({ code: 'malformed-message' });
  });
});
