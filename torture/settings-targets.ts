/** Settings as users write them, and other texts of theirs. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { isPlainObject, type Json } from '../src/shared/contract/json.ts';
import type { Rng } from '../src/shared/rng.ts';
import { readConfig } from '../src/main/hosts/cli/read-config.ts';
import { readWindowState } from '../src/main/hosts/electron/window-state.ts';
import { resolveSettings } from '../src/main/workbench/settings/settings-input.ts';
import { presets } from '../src/main/workbench/settings/presets.ts';
import { generate, mutate } from './mutate.ts';
import type { Target } from './targets.ts';
import { smallSettings } from './samples.ts';

/** What a key or a value can be that is none. */
const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', '', '0', 'id', 'polluted'];
const VALUES: readonly Json[] = [
  ...[null, true, -1, 0, 0.5, 1e308, -0.0, 2 ** 53, '', 'x', '20ep', '-1ep', '1e999ep'],
  ...['__proto__', [], [[]], {}, { id: 'polluted' }, { id: 7 }, ['a'], 'x'.repeat(10_000)],
];

export function settingsTargets(folder: string): Target[] {
  const configs = [smallSettings(1), ...presets().map(({ settings }) => settings)].map((settings) =>
    Buffer.from(JSON.stringify(settings)),
  );
  const config = path.join(folder, 'config.json');
  const state = path.join(folder, 'window.json');
  const windowState = Buffer.from(
    JSON.stringify({ bounds: { x: 1, y: 2, width: 800, height: 600 }, theme: 'dark' }),
  );
  return [
    {
      name: 'settings/config',
      make: (random) => {
        const sample = configs[random.below(configs.length)] ?? Buffer.of();
        if (random.below(3) === 0) return mutate(sample, random);
        return Buffer.from(JSON.stringify(changedTree(JSON.parse(sample.toString()), random)));
      },
      async take(input) {
        writeFileSync(config, input);
        try {
          resolveSettings({ config: await readConfig(config) });
        } finally {
          checkPrototype();
        }
      },
      hintless: ['invalid-settings', 'invalid-argument'],
    },
    {
      name: 'settings/set',
      make: (random) => {
        const { place, value } = somewhere(smallSettings(1), random);
        if (random.below(4) === 0) place.push(NAMES[random.below(NAMES.length)] ?? '');
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        const assignment = Buffer.from(`${place.join('.')}=${text}`);
        return random.below(3) === 0 ? mutate(assignment, random) : assignment;
      },
      async take(input) {
        try {
          resolveSettings({ assignments: [input.toString()] });
        } finally {
          checkPrototype();
        }
      },
      hintless: ['invalid-settings'],
    },
    {
      name: 'window-state',
      make: (random) => (random.below(4) === 0 ? generate(random) : mutate(windowState, random)),
      async take(input) {
        writeFileSync(state, input);
        readWindowState(state);
        checkPrototype();
      },
    },
  ];
}

/** @throws Error if an input has reached the prototype of all objects. */
export function checkPrototype(): void {
  const added = Object.keys(Object.prototype);
  if (added.length > 0 || 'polluted' in {}) throw new Error(`all objects have ${added.join()}`);
}

/** A tree with some of its parts replaced, renamed or removed; JSON keeps even `__proto__`. */
export function changedTree(tree: unknown, random: Rng): unknown {
  let changed = JSON.stringify(tree);
  for (let changes = 1 + random.below(3); changes > 0; changes -= 1) {
    const copy: unknown = JSON.parse(changed);
    changeOne(copy, random);
    changed = JSON.stringify(copy);
  }
  return JSON.parse(changed);
}

function changeOne(tree: unknown, random: Rng): void {
  if (Array.isArray(tree)) {
    if (tree.length === 0 || random.below(3) === 0) tree.push(anyValue(random));
    else descend(tree, random.below(tree.length), random);
    return;
  }
  if (!isPlainObject(tree)) return;
  const keys = Object.keys(tree);
  const key = keys[random.below(keys.length + 1)];
  if (key === undefined) {
    // An own property, as JSON.parse makes it, and not the prototype.
    const name = NAMES[random.below(NAMES.length)] ?? '';
    const value = anyValue(random);
    Object.defineProperty(tree, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    return;
  }
  descend(tree, key, random);
}

function descend(parent: object, key: string | number, random: Rng): void {
  const child: unknown = Reflect.get(parent, key);
  const isInner = typeof child === 'object' && child !== null;
  if (isInner && random.below(3) > 0) changeOne(child, random);
  else if (random.below(4) === 0) Reflect.deleteProperty(parent, key);
  else Reflect.set(parent, key, anyValue(random));
}

export function anyValue(random: Rng): Json {
  if (random.below(3) === 0) return random.below(1000) / 8;
  return VALUES[random.below(VALUES.length)] ?? null;
}

/** A random place in a tree, and a value for it. */
function somewhere(tree: object, random: Rng): { place: string[]; value: Json } {
  const place: string[] = [];
  let at: unknown = tree;
  while (typeof at === 'object' && at !== null) {
    const keys = Object.keys(at);
    const key = keys[random.below(keys.length)];
    if (key === undefined || (place.length > 0 && random.below(5) === 0)) break;
    place.push(key);
    at = Reflect.get(at, key);
  }
  return { place, value: anyValue(random) };
}
