/** Whatever can be chosen is listed by `ticket catalog` and has a section in docs/ with its settings. */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { catalogCommand } from '../../../../src/main/hosts/cli/commands/catalog.ts';
import { analyses } from '../../../../src/main/engine/analyses/index.ts';
import { exporters } from '../../../../src/main/exporters/index.ts';
import { programs } from '../../../../src/main/exporters/programs/index.ts';
import { globalHparams, layerwiseHparams } from '../../../../src/main/engine/pruning/hparams.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import type { SettingsRegistries } from '../../../../src/shared/domain/settings.ts';
import { keptOutput } from '../../../support/run-command.ts';

/** The page of every registry; the compiler names one that is missing. */
const PAGES: Readonly<Record<keyof SettingsRegistries, string>> = {
  datasets: 'datasets.md',
  normalizations: 'datasets.md',
  architectures: 'training.md',
  initializers: 'training.md',
  optimizers: 'training.md',
  learningRateSchedules: 'training.md',
  strategies: 'strategies.md',
  pruningSchedules: 'strategies.md',
  rewinds: 'strategies.md',
  branches: 'branches.md',
  analyses: 'analyses.md',
};

/** Settings of many entries, which are explained once on their page. */
const SHARED: Readonly<Partial<Record<keyof SettingsRegistries, readonly string[]>>> = {
  architectures: ['width'],
  optimizers: ['learningRate', 'weightDecay'],
  learningRateSchedules: ['warmup', 'warmupFactor'],
  strategies: Object.keys({ ...layerwiseHparams, ...globalHparams }),
  analyses: ['levels'],
};

const read = (page: string): string =>
  readFileSync(new URL(`../../../../docs/${page}`, import.meta.url), 'utf8');

/** Sections by the ids in their headings: ## `one`, `other`. */
function sectionsOf(page: string): Map<string, string> {
  const sections = read(page).split(/^#+ /m).slice(1);
  return new Map(
    sections.flatMap((section) => {
      const [heading = ''] = section.split('\n');
      return [...heading.matchAll(/`([^`]+)`/g)].map(([, id]) => [id!, section] as const);
    }),
  );
}

function catalogText(...args: string[]): string {
  const { output, results } = keptOutput();
  catalogCommand(output).parse(args, { from: 'user' });
  return results.join('');
}

const [inWords, asJson] = [catalogText(), catalogText('--json')];

describe.each(Object.keys(PAGES) as (keyof SettingsRegistries)[])('%s', (kind) => {
  const shared = SHARED[kind] ?? [];
  // A normalisation is a value of a setting, and they are told apart in a table.
  const sections = kind === 'normalizations' ? undefined : sectionsOf(PAGES[kind]);
  const page = read(PAGES[kind]);

  it.each(registries[kind].entries)('$id', ({ id, label, description, hparams }) => {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(label).not.toBe('');
    expect(description).toMatch(/\.$/);
    expect(inWords).toContain(`  ${id}: ${description}`);
    expect(asJson).toContain(`"id": "${id}"`);

    const section = sections ? sections.get(id) : page;
    expect(section, `docs/${PAGES[kind]} has no section on ${id}`).toBeDefined();
    expect(section).toContain(`\`${id}\``);
    for (const [name, field] of Object.entries<z.ZodType>(hparams.shape)) {
      expect(field.meta()?.title, `${name} has no title`).toBeTruthy();
      expect(field.meta()?.description, `${name} has no description`).toBeTruthy();
      const explained = shared.includes(name) ? page : section;
      // Analyses have theirs as they are typed: `bins=50`.
      expect(explained, `${id}: ${name}`).toMatch(new RegExp(`\`(\\w+\\.)?${name}[\`=]`));
    }
  });
});

it.each(exporters.entries)('the export format $id', ({ id, description }) => {
  expect(inWords).toContain(`  ${id}: ${description}`);
  expect(asJson).toContain(`"id": "${id}"`);
  expect(read('command-line.md')).toMatch(new RegExp(`\\b${id}\\b`));
});

it.each(programs.entries)('the export for $id', ({ id, label, description }) => {
  expect(inWords).toContain(`  ${id}: ${description}`);
  expect(label).not.toBe('');
  expect(sectionsOf('exports.md').get(id), `docs/exports.md has no section on ${id}`).toBeDefined();
  expect(read('command-line.md')).toContain(`\`${id}\``);
});

it.each(analyses.entries.flatMap(({ charts }) => charts))('the chart $id', ({ id, title }) => {
  expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  expect(title).not.toBe('');
  expect(read('analyses.md')).toContain(`\`${id}\``);
});
