/** Settings of any entry mean the same on every way there is to say them. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { settingsHash } from '../../../../src/main/store/settings-hash.ts';
import { catalog } from '../../../../src/main/workbench/settings/catalog.ts';
import { preset } from '../../../../src/main/workbench/settings/presets.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { settingsCommand } from '../../../../src/main/workbench/settings/settings-command.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
import { parseFieldText } from '../../../../src/renderer/forms/field-text.ts';
import { type Field, fieldsOf } from '../../../../src/renderer/forms/form-model.ts';
import { chooseEntry, schemaAt } from '../../../../src/renderer/forms/settings-schema.ts';
import { valueAt, withValueAt } from '../../../../src/renderer/forms/settings-tree.ts';
import { chooseEntryAt, settingsSchemaFor } from '../../../../src/renderer/forms/groups.ts';
import type { Catalog } from '../../../../src/shared/contract/records/catalog.ts';
import type { Json, JsonObject } from '../../../../src/shared/contract/json.ts';
import { parseSettings, type WrittenSettings } from '../../../../src/shared/domain/settings.ts';
import type { ExampleSearch } from './searches.ts';

const asJson = (settings: WrittenSettings) => JSON.parse(JSON.stringify(settings)) as JsonObject;

function expectSame(actual: WrittenSettings, settings: WrittenSettings): void {
  expect(actual).toEqual(settings);
  expect(settingsHash(actual)).toBe(settingsHash(settings));
}

/** What a field shows, as TextField.svelte writes it. */
function textOf(field: Field): string {
  if (field.kind === 'numbers') return field.value.join(', ');
  if (field.kind === 'duration') return JSON.stringify(field.value ?? '').replaceAll(/["[\]]/g, '');
  if (field.kind === 'json') return field.value === undefined ? '' : JSON.stringify(field.value);
  return 'value' in field ? String(field.value ?? '') : '';
}

/** The form, beginning with other settings, after somebody has made it show `wanted`. */
function typedInto(form: JsonObject, wanted: JsonObject, entries: Catalog): JsonObject {
  let filled = form;
  for (const path of ['pruning.schedule', 'rewind.id']) {
    const id = valueAt(wanted, path);
    if (typeof id === 'string' && id !== valueAt(filled, path)) {
      filled = chooseEntryAt(filled, path, id, entries);
    }
  }
  const schema = () => settingsSchemaFor(entries, filled);
  const fill = (field: Field): void => {
    const { path } = field;
    const value = valueAt(wanted, path);
    switch (field.kind) {
      case 'group':
        field.fields.forEach(fill);
        return;
      case 'choice': {
        if (value === undefined) {
          filled = withValueAt(filled, path, undefined);
          return;
        }
        const id = (value as JsonObject)[field.key] as string;
        if (id !== valueAt(filled, `${path}.${field.key}`)) {
          const chosen = schemaAt(schema(), filled, path)!;
          filled = withValueAt(filled, path, chooseEntry(chosen, valueAt(filled, path), id));
        }
        fieldsAt(path).forEach(fill);
        return;
      }
      case 'list':
      case 'set':
        filled = withValueAt(filled, path, value);
        fieldsAt(path).forEach(fill);
        return;
      case 'boolean':
      case 'enum':
      case 'record':
        filled = withValueAt(filled, path, value);
        return;
      default: {
        const parsed = parseFieldText(field, textOf(shownIn(wanted, path, entries) ?? field));
        if ('problem' in parsed) expect.unreachable(`${path}: ${parsed.problem}`);
        filled = withValueAt(filled, path, (parsed as { value: Json | undefined }).value);
      }
    }
  };
  /** The fields of a choice or list that appeared while the form was filled in. */
  const fieldsAt = (path: string): readonly Field[] => {
    const field = fieldAt(fieldsOf(schema(), filled), path);
    return field ? within(field) : [];
  };
  fieldsOf(schema(), filled).forEach(fill);
  return filled;
}

function shownIn(settings: JsonObject, path: string, entries: Catalog): Field | undefined {
  return fieldAt(fieldsOf(settingsSchemaFor(entries, settings), settings), path);
}

function within(field: Field): readonly Field[] {
  if (field.kind === 'list') return field.items;
  if (field.kind === 'set') return field.entries;
  return 'fields' in field ? field.fields : [];
}

function fieldAt(fields: readonly Field[], path: string): Field | undefined {
  for (const field of fields) {
    if (field.path === path) return field;
    const found = fieldAt(within(field), path);
    if (found) return found;
  }
  return undefined;
}

/** The words of every line, split as a shell does. */
function splitByShell(lines: readonly string[]): string[][] {
  const { stdout } = spawnSync('sh', ['-s'], {
    input: [`ticket() { printf '%s\\0' "$@" END; }`, ...lines].join('\n'),
    encoding: 'utf8',
  });
  return stdout
    .split('END\0')
    .slice(0, -1)
    .map((words) => words.split('\0').slice(0, -1));
}

/** The settings, beside those that are awkward to write on a command line. */
export function conformSettings(
  searches: readonly ExampleSearch[],
  awkward: readonly WrittenSettings[] = [],
): void {
  const examples = searches.map(({ name, on }) => ({
    name,
    settings: on('sparse'),
  }));
  const entries = catalog();

  describe.each(examples)('the settings of $name', ({ settings }) => {
    it('are the same from their JSON', () => {
      expectSame(parseSettings(registries, asJson(settings)), settings);
    });

    it('are the same typed into the form', () => {
      const quick = asJson(preset('quick').settings);
      const form = typedInto(quick, asJson(settings), entries);
      expectSame(parseSettings(registries, form), settings);
    });
  });

  it('commands make the same settings again', () => {
    const all = [...examples.map(({ settings }) => settings), ...awkward];
    const commands = splitByShell(all.map((settings) => settingsCommand(settings)));
    expect(commands).toHaveLength(all.length);
    for (const [index, [command, ...words]] of commands.entries()) {
      expect(command).toBe('search');
      const said = (option: string) =>
        words.filter((_, at) => at % 2 === 1 && words[at - 1] === option);
      const [name] = said('--preset');
      const made = resolveSettings({ preset: name, assignments: said('--set') });
      expectSame(made, all[index]!);
    }
  });
}
