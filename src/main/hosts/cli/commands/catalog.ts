import { Command } from 'commander';
import type { CatalogEntry } from '../../../../shared/contract/records.ts';
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

function describeEntry({ id, description, settings }: CatalogEntry): string {
  const lines = Object.entries(settings.properties ?? {}).map(
    ([name, { default: initial, description: help, type }]) =>
      `      ${name} (${String(type ?? 'value')}${initial === undefined ? ', required' : `, default ${JSON.stringify(initial)}`})${help === undefined ? '' : `: ${help}`}`,
  );
  return [`  ${id}: ${description}`, ...lines].join('\n');
}
