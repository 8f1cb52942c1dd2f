/**
 * That the contract holds at compile time is shown by this file being checked: `npm run check` fails
 * where an expectation on a type, or a `@ts-expect-error`, no longer holds.
 */
import { readdirSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import {
  type CallArguments,
  type CallInput,
  type CallName,
  CALLS,
  type CallValue,
  isCallName,
} from '../../../src/shared/contract/calls.ts';
import { type Client, createClient } from '../../../src/shared/contract/client.ts';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import type {
  EVENT_TYPES,
  EventType,
  SearchEvent,
  WorkbenchEvent,
} from '../../../src/shared/contract/events.ts';
import type { SearchPage } from '../../../src/shared/contract/records/history.ts';
import type { SearchDetail } from '../../../src/shared/contract/records/search-results.ts';
import type { Handlers } from '../../../src/main/workbench/handlers/handlers.ts';

/** Never called: what is in here is compiled, not run. */
async function compiled(client: Client, handlers: Handlers): Promise<void> {
  expectTypeOf(client.call('search.get', { id: 'a' })).resolves.toEqualTypeOf<SearchDetail>();
  // Where nothing is required, nothing need be said.
  expectTypeOf(client.call('search.list')).resolves.toEqualTypeOf<SearchPage>();
  await client.call('search.list', { filter: { text: 'lenet' }, limit: 5 });

  // @ts-expect-error there is no such call
  await client.call('search.fetch', { id: 'a' });
  // @ts-expect-error the input is required
  await client.call('search.get');
  // @ts-expect-error the wrong type
  await client.call('search.get', { id: 7 });
  // @ts-expect-error a key too many
  await client.call('search.get', { id: 'a', force: true });
  // @ts-expect-error not one of the moments
  await client.call('search.stop', { id: 'a', when: 'soon' });

  client.on('search-changed', ({ row }) => {
    expectTypeOf(row.sparkline).toEqualTypeOf<Float32Array>();
  });
  // @ts-expect-error there is no such event
  client.on('search-exploded', () => undefined);
  client.on('search-deleted', (event) => {
    // @ts-expect-error an event without rows
    expect(event.rows).toBeUndefined();
  });

  const { 'search.get': _dropped, ...incomplete } = handlers;
  // @ts-expect-error a handler is missing
  handlers = incomplete;
  // @ts-expect-error a handler returns something else
  handlers['search.clone'] = () => ({ name: 'a clone' });
}

describe('the contract', () => {
  it('types calls, handlers and events end to end', () => {
    expect(compiled).toBeTypeOf('function');
    expectTypeOf<CallInput<'search.get'>>().toEqualTypeOf<{ id: string }>();
    expectTypeOf<CallArguments<'search.list'>['limit']>().toEqualTypeOf<number>();
    expectTypeOf<CallValue<'preferences.set'>>().toEqualTypeOf<undefined>();
    expectTypeOf<(typeof EVENT_TYPES)[number]>().toEqualTypeOf<EventType>();
    // @ts-expect-error an event that has drifted from its declaration
    const drifted: SearchEvent = { type: 'progress', fraction: 0.5 };
    // @ts-expect-error an event of no declared type
    const unknown: WorkbenchEvent = { type: 'search-exploded' };
    expect([drifted.type, unknown.type]).toHaveLength(2);
  });

  it('has every call of every topic, each declared in one topic only', async () => {
    const topics = new URL('../../../src/shared/contract/calls/', import.meta.url);
    const declared: string[] = [];
    for (const file of readdirSync(topics)) {
      const module = (await import(new URL(file, topics).href)) as Readonly<Record<string, object>>;
      for (const [name, value] of Object.entries(module)) {
        if (name.endsWith('_CALLS')) declared.push(...Object.keys(value));
      }
    }
    expect(declared.toSorted()).toEqual(Object.keys(CALLS).toSorted());
  });

  it('takes every input as an object, and refuses keys it does not declare', () => {
    const calls: Readonly<Record<string, { readonly input: z.ZodType }>> = CALLS;
    for (const [name, { input }] of Object.entries(calls)) {
      expect(input.safeParse([]).success, name).toBe(false);
      const refused = input.safeParse({ unheardOf: 1 });
      expect(
        refused.error?.issues.map(({ code }) => code),
        name,
      ).toContain('unrecognized_keys');
    }
  });

  it('knows its calls by name, and nothing that objects inherit', () => {
    expect(Object.keys(CALLS).every((name) => isCallName(name))).toBe(true);
    expect(['constructor', '__proto__', 'toString', ''].some((name) => isCallName(name))).toBe(
      false,
    );
  });
});

describe('a client', () => {
  const client = createClient({
    invoke: async (name, input) =>
      name === 'presets'
        ? { ok: true, value: [input] }
        : { ok: false, error: { code: 'not-found', message: 'no such search', hint: 'Look.' } },
    subscribe: (listener) => {
      listener({ type: 'history-changed' });
      listener({ type: 'search-deleted', ids: ['a'] });
      return () => undefined;
    },
  });

  it('gives the value of a call, with an empty input where none was given', async () => {
    await expect(client.call('presets')).resolves.toEqual([{}]);
  });

  it('throws what a handler threw', async () => {
    const thrown = new WorkbenchError('not-found', 'no such search', 'Look.');
    await expect(client.call('search.get', { id: 'a' })).rejects.toStrictEqual(thrown);
  });

  it('tells events of one type to who asked for it', () => {
    const told: unknown[] = [];
    client.on('search-deleted', ({ ids }) => told.push(...ids));
    expect(told).toEqual(['a']);
  });
});

/** Every name is used somewhere as a type: `CallName` is the union of the table's keys. */
expectTypeOf<CallName>().toEqualTypeOf<keyof typeof CALLS>();
