import { Command } from 'commander';
import type { CatalogEntry, JsonSchema } from '../../../../shared/contract/records.ts';
import { catalog } from '../../../workbench/catalog.ts';
import type { Output } from '../output.ts';

export function catalogCommand(output: Output): Command {
  return new Command('catalog')
    .description(
      'List every dataset, architecture, optimizer, strategy and branch with its settings.',
    )
    .option('--json', 'as JSON, settings as JSON Schema')
    .action((options: { json?: true }) => {
      const { settings, ...registries } = catalog();
      if (options.json) {
        output.result(JSON.stringify({ ...registries, settings }, null, 2));
        return;
      }
      const sections = Object.entries(registries).map(([kind, entries]) =>
        [kind.toUpperCase(), ...entries.map(describeEntry)].join('\n'),
      );
      output.result(sections.join('\n\n'));
    });
}

function describeEntry({ id, description, settings, state }: CatalogEntry): string {
  const lines = Object.entries(settings.properties ?? {}).map(([name, schema]) => {
    const { default: initial, description: help } = schema;
    const isRequired = settings.required?.includes(name) === true;
    const otherwise = isRequired ? 'required' : 'optional';
    const rest = initial === undefined ? otherwise : `default ${JSON.stringify(initial)}`;
    return `      ${name} (${typeOf(schema)}, ${rest})${help === undefined ? '' : `: ${help}`}`;
  });
  const missing = state === 'to-be-fetched' ? ` Not here yet: ticket datasets fetch ${id}` : '';
  return [`  ${id}: ${description}${missing}`, ...lines].join('\n');
}

function typeOf({ type, oneOf, leastIterations }: JsonSchema): string {
  if (leastIterations !== undefined) return 'iterations or epochs';
  const ids = (oneOf ?? []).map(({ properties }) => properties?.['id']?.const);
  return ids.length > 0 && ids.every((one) => typeof one === 'string')
    ? `one of ${ids.join(', ')}`
    : String(type ?? 'value');
}
