import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/shared/contract/json.ts';
import { chooseEntryAt, groupsOf, settingsSchemaFor } from '../../../src/renderer/forms/groups.ts';
import { FAKE_CATALOG, FAKE_SETTINGS } from '../support/fake-catalog.ts';

const SETTINGS = FAKE_SETTINGS as unknown as JsonObject;
const namesIn = (owner: string, settings: JsonObject) =>
  Object.keys(settingsSchemaFor(FAKE_CATALOG, settings).properties?.[owner]?.properties ?? {});

describe('the groups of the form', () => {
  it('hold every setting of the catalog exactly once', () => {
    const keys = groupsOf(FAKE_CATALOG.settings).flatMap((group) => group.keys);
    expect(keys.sort()).toEqual(Object.keys(FAKE_CATALOG.settings.properties!).sort());
  });

  it('show a setting that no group names under More', () => {
    const groups = groupsOf({ properties: { dataset: {}, somethingNew: {} } });
    expect(groups.map(({ id, keys }) => [id, keys])).toEqual([
      ['data', ['dataset']],
      ['more', ['somethingNew']],
    ]);
  });
});

describe('settings that stand beside their id', () => {
  it('are those of the chosen schedule alone', () => {
    expect(namesIn('pruning', SETTINGS)).toEqual(['strategy', 'schedule', 'levels']);
    const oneShot = chooseEntryAt(SETTINGS, 'pruning.schedule', 'one-shot', FAKE_CATALOG);
    expect(namesIn('pruning', oneShot)).toEqual(['strategy', 'schedule', 'targetDensity']);
    expect(oneShot['pruning']).not.toHaveProperty('levels');
  });

  it('begin with the defaults of the schedule that is chosen', () => {
    const oneShot = chooseEntryAt(SETTINGS, 'pruning.schedule', 'one-shot', FAKE_CATALOG);
    const iterative = chooseEntryAt(oneShot, 'pruning.schedule', 'iterative', FAKE_CATALOG);
    expect(iterative['pruning']).toMatchObject({ schedule: 'iterative', levels: 15 });
  });

  it('follow the default where nothing is chosen', () => {
    expect(namesIn('rewind', SETTINGS)).toEqual(['id', 'iteration']);
    const tuned = chooseEntryAt(SETTINGS, 'rewind.id', 'fine-tune', FAKE_CATALOG);
    expect(tuned['rewind']).toEqual({ id: 'fine-tune', iterations: 500 });
  });
});
