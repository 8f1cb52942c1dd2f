/** The settings as a person thinks of them; what no group names comes under "More". */
import type { Json, JsonObject } from '../../shared/contract/json.ts';
import type { Catalog, CatalogEntry, JsonSchema } from '../../shared/contract/records.ts';
import { valueAt } from './form-model.ts';

export interface SettingsGroup {
  readonly id: string;
  readonly label: string;
  readonly help: string;
  /** Top-level settings. */
  readonly keys: readonly string[];
}

const GROUPS: readonly SettingsGroup[] = [
  { id: 'data', label: 'Data', help: 'What the networks learn.', keys: ['dataset', 'augmentation'] },
  { id: 'network', label: 'Network', help: 'The dense network that tickets are looked for in.', keys: ['architecture', 'initializer'] },
  { id: 'training', label: 'Training', help: 'The same for the dense network, every ticket and every control.', keys: ['training'] },
  { id: 'pruning', label: 'Pruning', help: 'Which weights go, how many, and how often.', keys: ['pruning'] },
  { id: 'rewind', label: 'Rewind', help: 'Where surviving weights return to before they are trained again.', keys: ['rewind'] },
  { id: 'controls', label: 'Controls', help: 'Branches that start from a level’s mask and show what the ticket owes to its weights and to its structure.', keys: ['branches'] },
  { id: 'replicates', label: 'Replicates', help: 'The same settings with other seeds: a single replicate has no error band and no verdict.', keys: ['replicates'] },
  { id: 'verdict', label: 'Verdict', help: 'How much worse than the dense network a ticket may be and still win.', keys: ['verdict'] },
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

/**
 * Whether a setting has a meaning beside the others: a pruning schedule's own settings stand beside
 * its id, and those of the schedules that are not chosen say nothing.
 */
export function isApplicable(path: string, settings: Json | undefined, catalog: Catalog): boolean {
  const name = path.startsWith('pruning.') ? path.slice('pruning.'.length) : '';
  const owners = catalog.pruningSchedules.filter((entry) => hasSetting(entry, name));
  if (owners.length === 0) return true;
  const chosen = valueAt(settings, 'pruning.schedule');
  return owners.some(({ id }) => id === chosen);
}

/** The pruning settings with another schedule: its defaults, and nothing of the others. */
export function chooseSchedule(pruning: JsonObject, id: string, catalog: Catalog): JsonObject {
  const chosen = catalog.pruningSchedules.find((entry) => entry.id === id);
  const kept = Object.entries(pruning).filter(
    ([name]) => !catalog.pruningSchedules.some((entry) => hasSetting(entry, name)),
  );
  const defaults = Object.entries(chosen?.settings.properties ?? {}).flatMap(([name, schema]) =>
    schema.default === undefined ? [] : [[name, schema.default] as const],
  );
  return { ...Object.fromEntries(kept), schedule: id, ...Object.fromEntries(defaults) };
}

function hasSetting({ settings }: CatalogEntry, name: string): boolean {
  return Object.hasOwn(settings.properties ?? {}, name);
}
