/** Sorts settings into groups that make sense to users. Settings without a group go under "More". */
import type { Json, JsonObject } from '../../shared/contract/json.ts';
import type { Catalog, CatalogEntry, JsonSchema } from '../../shared/contract/records/catalog.ts';
import { CHOICE_PLACES } from '../../shared/domain/settings/choices.ts';
import { isObject, valueAt } from './settings-tree.ts';

export interface SettingsGroup {
  readonly id: string;
  readonly label: string;
  readonly help: string;
  /** Top-level settings. */
  readonly keys: readonly string[];
}

const GROUPS: readonly SettingsGroup[] = [
  {
    id: 'data',
    label: 'Data',
    help: 'The examples that networks learn from.',
    keys: ['dataset'],
  },
  {
    id: 'network',
    label: 'Network',
    help: 'The dense network to find tickets in.',
    keys: ['architecture', 'initializer'],
  },
  {
    id: 'training',
    label: 'Training',
    help: 'Applies to the dense network, every ticket and every control.',
    keys: ['training'],
  },
  {
    id: 'pruning',
    label: 'Pruning',
    help: 'Which weights to remove, how many, and in how many rounds.',
    keys: ['pruning'],
  },
  {
    id: 'rewind',
    label: 'Rewind',
    help: 'The values that surviving weights return to before they are retrained.',
    keys: ['rewind'],
  },
  {
    id: 'controls',
    label: 'Controls',
    help: 'Branches that start from a level’s mask. They show how much a ticket owes to its initial weights, and how much to its structure.',
    keys: ['branches', 'branchLevels'],
  },
  {
    id: 'analyses',
    label: 'Analyses',
    help: 'Measured once everything is trained, in addition to the verdict. You can also run them later.',
    keys: ['analyses'],
  },
  {
    id: 'replicates',
    label: 'Replicates',
    help: 'The same settings with different seeds. A single replicate gives no error bands and no verdict.',
    keys: ['replicates'],
  },
  {
    id: 'verdict',
    label: 'Verdict',
    help: 'How much worse than the dense network a ticket may be and still win.',
    keys: ['verdict'],
  },
];

export function groupsOf(schema: JsonSchema): SettingsGroup[] {
  const present = new Set(Object.keys(schema.properties ?? {}));
  const named = new Set(GROUPS.flatMap(({ keys }) => keys));
  const rest = [...present].filter((key) => !named.has(key));
  return [
    ...GROUPS.map((group) => ({ ...group, keys: group.keys.filter((key) => present.has(key)) })),
    { id: 'more', label: 'More', help: 'Other settings.', keys: rest },
  ].filter(({ keys }) => keys.length > 0);
}

/**
 * Fields that choose a registered entry whose settings are siblings of its id, not inside a choice.
 */
const ENTRY_FIELDS = CHOICE_PLACES.filter(({ isBeside }) => isBeside);

/** The entries that the field at `path` chooses from; empty if they are not in `ENTRY_FIELDS`. */
export function entriesAt(path: string, catalog: Catalog): readonly CatalogEntry[] {
  const place = ENTRY_FIELDS.find(({ owner, key }) => path === `${owner}.${key}`);
  return place ? catalog[place.kind] : [];
}

/**
 * The schema of the given settings. If entries have their settings next to their id, only those of
 * the chosen entry are part of it.
 */
export function settingsSchemaFor(catalog: Catalog, settings: Json | undefined): JsonSchema {
  const properties = { ...catalog.settings.properties };
  for (const { owner, key, kind } of ENTRY_FIELDS) {
    const schema = properties[owner];
    if (!schema) continue;
    const chosen = valueAt(settings, `${owner}.${key}`) ?? schema.properties?.[key]?.default;
    const entry = catalog[kind].find(({ id }) => id === chosen);
    const shared = Object.entries(schema.properties ?? {}).filter(
      ([name]) => !catalog[kind].some((candidate) => hasSetting(candidate, name)),
    );
    properties[owner] = {
      ...schema,
      properties: { ...Object.fromEntries(shared), ...entry?.settings.properties },
      required: [...(schema.required ?? []), ...(entry?.settings.required ?? [])],
    };
  }
  return { ...catalog.settings, properties };
}

/** The settings with another entry chosen at `path`: with its defaults, without other entries' settings. */
export function chooseEntryAt(
  settings: JsonObject,
  path: string,
  id: string,
  catalog: Catalog,
): JsonObject {
  const [owner = '', key = ''] = path.split('.');
  const entries = entriesAt(path, catalog);
  const chosen = entries.find((entry) => entry.id === id);
  const before = settings[owner];
  const kept = Object.entries(isObject(before) ? before : {}).filter(
    ([name]) => !entries.some((entry) => hasSetting(entry, name)) && !(name in DERIVED),
  );
  const defaults = Object.entries(chosen?.settings.properties ?? {}).flatMap(([name, schema]) =>
    schema.default === undefined ? [] : [[name, schema.default] as const],
  );
  return {
    ...settings,
    [owner]: { ...Object.fromEntries(kept), [key]: id, ...Object.fromEntries(defaults) },
  };
}

/** Settings that the workbench writes next to an entry although the entry does not declare them. */
const DERIVED: Readonly<Record<string, true>> = { levels: true, iteration: true };

function hasSetting({ settings }: CatalogEntry, name: string): boolean {
  return Object.hasOwn(settings.properties ?? {}, name);
}
