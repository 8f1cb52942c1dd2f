/** The settings as a person thinks of them; what no group names comes under "More". */
import type { Json, JsonObject } from '../../shared/contract/json.ts';
import type { Catalog, CatalogEntry, JsonSchema } from '../../shared/contract/records.ts';
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
    help: 'What the networks learn.',
    keys: ['dataset'],
  },
  {
    id: 'network',
    label: 'Network',
    help: 'The dense network that tickets are looked for in.',
    keys: ['architecture', 'initializer'],
  },
  {
    id: 'training',
    label: 'Training',
    help: 'The same for the dense network, every ticket and every control.',
    keys: ['training'],
  },
  {
    id: 'pruning',
    label: 'Pruning',
    help: 'Which weights go, how many, and how often.',
    keys: ['pruning'],
  },
  {
    id: 'rewind',
    label: 'Rewind',
    help: 'Where surviving weights return to before they are trained again.',
    keys: ['rewind'],
  },
  {
    id: 'controls',
    label: 'Controls',
    help: 'Branches that start from a level’s mask and show what the ticket owes to its weights and to its structure.',
    keys: ['branches', 'branchLevels'],
  },
  {
    id: 'analyses',
    label: 'Analyses',
    help: 'What is worked out beside the verdict when everything is trained; also possible afterwards.',
    keys: ['analyses'],
  },
  {
    id: 'replicates',
    label: 'Replicates',
    help: 'The same settings with other seeds: a single replicate has no error band and no verdict.',
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
    { id: 'more', label: 'More', help: 'Further settings.', keys: rest },
  ].filter(({ keys }) => keys.length > 0);
}

/** Where the settings of a registered entry stand beside its id, and not inside a choice. */
const BESIDE = CHOICE_PLACES.filter(({ isBeside }) => isBeside);

/** The entries that the field at `path` chooses from; none for any other field. */
export function entriesBeside(path: string, catalog: Catalog): readonly CatalogEntry[] {
  const place = BESIDE.find(({ owner, key }) => path === `${owner}.${key}`);
  return place ? catalog[place.kind] : [];
}

/**
 * The schema of these very settings: of the entries that stand beside their id, only the chosen
 * one's settings have a meaning.
 */
export function settingsSchemaFor(catalog: Catalog, settings: Json | undefined): JsonSchema {
  const properties = { ...catalog.settings.properties };
  for (const { owner, key, kind } of BESIDE) {
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

/** Settings with another entry chosen at `path`: its defaults, and nothing of the others. */
export function chooseBeside(
  settings: JsonObject,
  path: string,
  id: string,
  catalog: Catalog,
): JsonObject {
  const [owner = '', key = ''] = path.split('.');
  const entries = entriesBeside(path, catalog);
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

/** What the workbench writes beside an entry although it is none of the entry's own settings. */
const DERIVED: Readonly<Record<string, true>> = { levels: true, iteration: true };

function hasSetting({ settings }: CatalogEntry, name: string): boolean {
  return Object.hasOwn(settings.properties ?? {}, name);
}
