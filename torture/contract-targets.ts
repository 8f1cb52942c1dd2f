/** Every call of the contract, through the entrance that all hosts use, over a database with a search. */
import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { CALLS } from '../src/shared/contract/calls.ts';
import { errorFrom } from '../src/shared/contract/errors.ts';
import { isPlainObject } from '../src/shared/contract/json.ts';
import { ANSWER_LIMITS, decodeFrame, encodeFrame } from '../src/shared/contract/wire.ts';
import type { Rng } from '../src/shared/rng.ts';
import { openService, type WorkbenchService } from '../src/main/workbench/service.ts';
import { databaseOf, withStore } from './kept.ts';
import { mutate } from './mutate.ts';
import { anyValue, changedTree, checkPrototype } from './settings-targets.ts';
import { smallSettings } from './samples.ts';
import type { Target } from './targets.ts';

/** The variable that names a data directory with a finished search. */
export const SAMPLE_VARIABLE = 'TORTURE_SAMPLE';

export const CALLS_TARGET = 'messages/calls';

export function contractTargets(folder: string): Target[] {
  return [callTarget(folder), frameTarget()];
}

/** Inputs that fit the call's own schema, or nearly do. */
function callTarget(folder: string): Target {
  const sample = process.env[SAMPLE_VARIABLE];
  const directory = path.join(folder, 'service');
  let service: WorkbenchService | undefined;
  let ids: readonly string[] = ['nowhere'];
  const faults: string[] = [];
  const open = (): WorkbenchService => {
    mkdirSync(directory, { recursive: true });
    if (sample !== undefined) cpSync(databaseOf(sample), databaseOf(directory));
    ids = withStore(directory, (store) => store.searches.list().map(({ id }) => id));
    return openService({
      dataDirectory: directory,
      host: { kind: 'browser', confirmPlugIns: () => Promise.resolve(false) },
      onError: (message, error) => {
        faults.push(error instanceof Error ? (error.stack ?? message) : message);
      },
    });
  };
  const calls = Object.entries(CALLS).map(([name, { input }]) => ({
    name,
    schema: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }),
  }));
  return {
    name: CALLS_TARGET,
    make: (random) => {
      const call = calls[random.below(calls.length)];
      const input = call && valueOf(call.schema, random);
      const changed = random.below(2) === 0 ? input : changedTree(input ?? {}, random);
      return Buffer.from(JSON.stringify({ name: call?.name, input: changed ?? {} }));
    },
    async take(bytes) {
      service ??= open();
      const text = bytes.toString().replaceAll('"ID"', JSON.stringify(ids[0] ?? 'nowhere'));
      const { name, input } = JSON.parse(text) as { name: string; input: unknown };
      const message = { type: 'call', id: 1, name, input };
      const answer = await service.answer({ isTrusted: () => true }, message);
      checkPrototype();
      const [fault] = faults.splice(0);
      if (fault !== undefined) throw new Error(`${name}: ${fault}`);
      if (!answer.result.ok) throw errorFrom(answer.result.error);
    },
    hintless: [
      ...['invalid-argument', 'invalid-settings', 'not-found', 'conflict', 'malformed-message'],
      ...['unavailable', 'invalid-data', 'forbidden'],
    ],
    // Searches that earlier calls have launched run meanwhile.
    most: { seconds: 60, megabytes: 768 },
    close: async () => service?.close(),
  };
}

/** Frames as they come over a socket. */
function frameTarget(): Target {
  const sample = encodeFrame({
    type: 'call',
    id: 1,
    name: 'search.launch',
    input: { settings: smallSettings(1), name: 'x', bytes: Uint8Array.of(1, 2, 3) },
  });
  return {
    name: 'messages/frames',
    make: (random) => mutate(sample, random),
    async take(input) {
      decodeFrame(new Uint8Array(input), ANSWER_LIMITS);
      checkPrototype();
    },
    hintless: ['malformed-message'],
  };
}

/** A value that fits a JSON Schema, as far as it says. `"ID"` stands for the search that is there. */
function valueOf(schema: unknown, random: Rng): unknown {
  if (!isPlainObject(schema)) return anyValue(random);
  const { type, properties, items, anyOf, oneOf, enum: choices, required } = schema;
  if ('const' in schema) return schema['const'];
  if (Array.isArray(choices)) return choices[random.below(choices.length)];
  const either = Array.isArray(anyOf) ? anyOf : oneOf;
  if (Array.isArray(either)) return valueOf(either[random.below(either.length)], random);
  switch (type) {
    case 'object': {
      if (!isPlainObject(properties)) return random.below(2) === 0 ? smallSettings(1) : {};
      const needed: readonly unknown[] = Array.isArray(required) ? required : [];
      const entries = Object.entries(properties)
        .filter(([key]) => needed.includes(key) || random.below(2) === 0)
        .map(([key, inner]) => [key, key === 'id' ? 'ID' : valueOf(inner, random)]);
      return Object.fromEntries(entries) as unknown;
    }
    case 'array':
      return Array.from({ length: random.below(4) }, () =>
        isPlainObject(items) && items['type'] === 'string' && random.below(2) === 0
          ? 'ID'
          : valueOf(items, random),
      );
    case 'string':
      return ['ID', 'x', '', 'layerwise-magnitude', '../../etc/passwd', '\u0000'][random.below(6)];
    case 'integer':
    case 'number':
      return [0, 1, 2, 10, 100, 0.5, -1][random.below(7)];
    case 'boolean':
      return random.below(2) === 0;
    default:
      return anyValue(random);
  }
}
