import path from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type WebSocket from 'ws';
import type { z } from 'zod';
import { CALLS, isCallName } from '../../../../src/shared/contract/calls.ts';
import { ERROR_CODES, type ErrorReport } from '../../../../src/shared/contract/errors.ts';
import { isPlainObject, isReservedKey } from '../../../../src/shared/contract/json.ts';
import { ANSWER_LIMITS, decodeFrame, encodeFrame } from '../../../../src/shared/contract/wire.ts';
import { openService } from '../../../../src/main/workbench/service.ts';
import { closed, connect, enter, type StartedHost, startHost, temporaryFolder } from './support.ts';

interface Started {
  readonly host: StartedHost;
  readonly cookie: string;
  readonly faults: string[];
  /** Everything in the database, as text. */
  content(): string;
}

/** The real workbench behind the access checks. */
async function start(): Promise<Started> {
  const folder = temporaryFolder();
  const faults: string[] = [];
  const service = openService({
    dataDirectory: folder,
    host: { kind: 'browser', confirmPlugIns: () => Promise.resolve(true) },
    onError: (message) => faults.push(message),
  });
  onTestFinished(() => service.close());
  const host = await startHost(service);
  return {
    host,
    cookie: await enter(host),
    faults,
    content: () => {
      const database = new Database(path.join(folder, 'workbench.sqlite'), { readonly: true });
      const tables = database
        .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
        .pluck()
        .all();
      const rows = tables.map((table) => [
        table,
        database.prepare(`SELECT * FROM "${table}"`).all(),
      ]);
      database.close();
      return JSON.stringify(rows);
    },
  };
}

/** Sends calls one after another over one connection; the error of each. */
function caller(socket: WebSocket): (name: unknown, input: unknown) => Promise<ErrorReport> {
  socket.binaryType = 'arraybuffer';
  const waiting = new Map<number, (error: ErrorReport) => void>();
  socket.on('message', (data: ArrayBuffer) => {
    const message = decodeFrame(new Uint8Array(data), ANSWER_LIMITS);
    if (!isPlainObject(message) || message['type'] !== 'answer') return;
    const { id, result } = message;
    if (!isPlainObject(result)) throw new Error('an answer without a result');
    const error = result['ok'] === false ? result['error'] : { code: 'internal', message: 'done' };
    waiting.get(id as number)?.(error as ErrorReport);
  });
  let id = 0;
  return (name, input) =>
    new Promise((resolve) => {
      id += 1;
      waiting.set(id, resolve);
      socket.send(encodeFrame({ type: 'call', id, name, input }));
    });
}

const names = Object.keys(CALLS);
const schemas: Readonly<Record<string, { readonly input: z.ZodType }>> = CALLS;

/** What a frame carries; keys include those of real inputs, so that it comes close to them. */
const anything = fc.anything({
  key: fc.oneof(
    fc.constantFrom('id', 'ids', 'name', 'settings', 'filter', 'limit', 'key', 'value', 'tags'),
    fc.string(),
  ),
  values: [
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom('../../etc/passwd', `'; DROP TABLE searches; --`, '\u0000', '__proto__'),
  ],
  withTypedArray: true,
  withNullPrototype: false,
});

function canTravel(value: unknown): boolean {
  try {
    decodeFrame(encodeFrame(value), ANSWER_LIMITS);
    return true;
  } catch {
    return false;
  }
}

const unfit = fc
  .record({ name: fc.constantFrom(...names), input: anything })
  .filter(({ name, input }) => canTravel(input) && !schemas[name]!.input.safeParse(input).success);

const unknown = fc
  .record({ name: fc.string({ maxLength: 100 }), input: anything })
  .filter(({ name, input }) => !isCallName(name) && canTravel({ name, input }));

/** Inputs that fit, about searches that are not there. */
const stray = fc.constantFrom<readonly [string, unknown]>(
  ['search.get', { id: 'nowhere' }],
  ['search.result', { id: '../../etc/passwd' }],
  ['search.curves', { id: '%', levels: [3] }],
  ['search.pause', { id: 'nowhere' }],
  ['search.resume', { id: 'nowhere' }],
  ['search.stop', { id: 'nowhere', when: 'level-end' }],
  ['search.clone', { id: "' OR 1=1 --" }],
  ['search.rename', { id: 'nowhere', name: 'x' }],
  ['search.tag', { ids: ['nowhere'], add: ['x'] }],
  ['search.note', { id: 'nowhere', note: 'x' }],
  ['search.archive', { ids: ['a', 'b'], archived: true }],
  ['search.delete', { ids: ['nowhere'] }],
  ['search.export', { id: 'nowhere', what: 'masks', format: 'npz' }],
  ['search.log', { id: 'nowhere' }],
);

/** The contract refuses such names anywhere, before anything is taken for settings. */
function hasReservedKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const isNamed = !Array.isArray(value) && Object.keys(value).some(isReservedKey);
  return isNamed || Object.values(value).some(hasReservedKey);
}

describe('a thousand fuzzed messages', { timeout: 60_000 }, () => {
  it('are refused with the right code; nothing crashes and nothing is written', async () => {
    const { host, cookie, faults, content } = await start();
    const before = content();
    const socket = await connect(host, cookie);
    const call = caller(socket);

    for (const { name, input } of fc.sample(unfit, 500)) {
      const { code } = await call(name, input);
      expect(code, `${name} ${fc.stringify(input)}`).toBe('invalid-argument');
    }
    for (const { name, input } of fc.sample(unknown, 250)) {
      expect((await call(name, input)).code, name).toBe('malformed-message');
    }
    for (const [name, input] of fc.sample(stray, 150)) {
      expect((await call(name, input)).code, name).toBe('not-found');
    }
    for (const settings of fc.sample(
      fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), {
        minKeys: 1,
        noNullPrototype: true,
      }),
      50,
    )) {
      if (!canTravel(settings) || Object.hasOwn(settings, '__proto__')) continue;
      const { code } = await call('search.launch', { settings, name: 'fuzz' });
      const expected = hasReservedKey(settings) ? 'invalid-argument' : 'invalid-settings';
      expect(code, fc.stringify(settings)).toBe(expected);
    }
    for (const message of fc.sample(anything.filter(canTravel), 50)) {
      const stranger = await connect(host, cookie);
      const end = closed(stranger);
      stranger.send(encodeFrame(message));
      expect((await end).code, fc.stringify(message)).toBe(1007);
    }

    expect(content()).toBe(before);
    expect(faults).toEqual([]);
    expect((await call('search.get', { id: 'nowhere' })).code).toBe('not-found');
  });

  it('as bytes end their own connection only', async () => {
    const { host, cookie, faults, content } = await start();
    const before = content();
    const healthy = caller(await connect(host, cookie));
    const frame = encodeFrame({ type: 'call', id: 1, name: 'tags', input: { a: [1, 2, 3] } });
    const torn = fc
      .record({ place: fc.nat(frame.length - 1), byte: fc.nat(255), length: fc.nat(frame.length) })
      .map(({ place, byte, length }) => {
        const copy = frame.slice(0, length);
        copy[Math.min(place, length - 1)] = byte;
        return copy;
      });

    for (const bytes of [...fc.sample(fc.uint8Array(), 100), ...fc.sample(torn, 100)]) {
      const stranger = await connect(host, cookie);
      const end = closed(stranger);
      const answered = new Promise<{ code: number }>((resolve) => {
        stranger.on('message', () => {
          resolve({ code: 0 });
        });
      });
      stranger.send(bytes);
      // A torn frame may still be one: then it is answered like any other.
      const { code } = await Promise.race([end, answered]);
      expect([0, 1007]).toContain(code);
    }

    expect(ERROR_CODES).toContain((await healthy('search.get', { id: 'nowhere' })).code);
    expect(content()).toBe(before);
    expect(faults).toEqual([]);
  });
});
