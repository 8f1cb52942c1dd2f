import { Command } from 'commander';
import type { CatalogEntry, JsonSchema } from '../../../../shared/contract/records/catalog.ts';
import { catalog } from '../../../workbench/settings/catalog.ts';
import type { Output } from '../output.ts';

export function catalogCommand(output: Output): Command {
  return new Command('catalog')
    .description(
      'List every dataset, architecture, optimizer, strategy and branch with its settings.',
    )
    .option('--json', 'print JSON, with settings as JSON Schema')
    .action((options: { json?: true }) => {
      const { settings, ...registries } = catalog();
      if (options.json) {
        output.result(JSON.stringify({ ...registries, settings }, null, 2));
        return;
      }
      const sections = Object.entries(registries).map(([kind, entries]) =>
        [headingOf(kind), ...entries.map(describeEntry)].join('\n'),
      );
      const paths = settingsBelow(settings, '').map((line) => `  ${line}`);
      output.result([['SETTINGS', ...paths].join('\n'), ...sections].join('\n\n'));
    });
}

/** `LEARNING RATE SCHEDULES` */
function headingOf(kind: string): string {
  return kind.replaceAll(/[A-Z]/g, ' $&').toUpperCase();
}

/** All settings that do not belong to a single entry, by path. */
function settingsBelow({ properties, required }: JsonSchema, parent: string): string[] {
  return Object.entries(properties ?? {}).flatMap(([name, schema]) => {
    const path = `${parent}${name}`;
    if (schema.oneOf) {
      const shared = { properties: propertiesOfAll(schema.oneOf) };
      return [describeSetting(path, schema, true), ...settingsBelow(shared, `${path}.`)];
    }
    if (schema.properties) return settingsBelow(schema, `${path}.`);
    return [describeSetting(path, schema, required?.includes(name) === true)];
  });
}

/** The settings that every entry has, with the same default and range. */
function propertiesOfAll([first, ...others]: readonly JsonSchema[]): Record<string, JsonSchema> {
  const isShared = (name: string, schema: JsonSchema): boolean =>
    others.every(({ properties }) => JSON.stringify(properties?.[name]) === JSON.stringify(schema));
  return Object.fromEntries(
    Object.entries(first?.properties ?? {}).filter(([name, schema]) => isShared(name, schema)),
  );
}

function describeEntry({ id, description, settings, state, plugIn }: CatalogEntry): string {
  const lines = Object.entries(settings.properties ?? {}).map(
    ([name, schema]) =>
      `      ${describeSetting(name, schema, settings.required?.includes(name) === true)}`,
  );
  const missing = state === 'to-be-fetched' ? ` Not fetched yet: ticket datasets fetch ${id}` : '';
  const origin = plugIn === undefined ? '' : ` From the plug-in ${plugIn}.`;
  return [`  ${id}: ${description}${missing}${origin}`, ...lines].join('\n');
}

function describeSetting(name: string, schema: JsonSchema, isRequired: boolean): string {
  const { default: initial, description: help } = schema;
  const otherwise = isRequired ? 'required' : 'optional';
  const rest = initial === undefined ? otherwise : `default ${JSON.stringify(initial)}`;
  return `${name} (${valuesOf(schema)}; ${rest})${help === undefined ? '' : `: ${help}`}`;
}

/** The values that a setting takes, with their range. */
function valuesOf(schema: JsonSchema): string {
  const { type, enum: values, oneOf, anyOf, items, leastIterations } = schema;
  if (leastIterations !== undefined) return `iterations from ${leastIterations}, or epochs`;
  if (values) return `one of ${values.map(String).join(', ')}`;
  const ids = (oneOf ?? []).map(({ properties }) => properties?.['id']?.const);
  if (ids.length > 0 && ids.every((one) => typeof one === 'string')) {
    return ids.length === 1 ? ids[0]! : `one of ${ids.join(', ')}`;
  }
  switch (type) {
    case 'integer':
      return `whole number${rangeOf(schema)}`;
    case 'number':
      return `number${rangeOf(schema)}`;
    case 'string':
      return 'text';
    case 'boolean':
      return 'true or false';
    case 'array':
      return items === undefined ? 'list' : `list; each ${valuesOf(items)}`;
    default:
      return anyOf === undefined ? 'object' : anyOf.map(valuesOf).join(' or ');
  }
}

/** ` from 1 to 100`, ` above 0`; empty without bounds. */
function rangeOf(schema: JsonSchema): string {
  const { minimum, exclusiveMinimum, exclusiveMaximum } = schema;
  // The largest safe integer stands for "no bound".
  const maximum = schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum;
  return [
    minimum === undefined ? '' : ` from ${minimum}`,
    exclusiveMinimum === undefined ? '' : ` above ${exclusiveMinimum}`,
    maximum === undefined ? '' : ` to ${maximum}`,
    exclusiveMaximum === undefined ? '' : ` below ${exclusiveMaximum}`,
  ].join('');
}
