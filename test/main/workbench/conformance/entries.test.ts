import { expect, it } from 'vitest';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import type { Definition, Registry } from '../../../../src/shared/domain/definition.ts';
import { DEFAULT_NORMALIZATION, DEFAULT_REWIND } from '../../../../src/shared/domain/settings.ts';
import { temporaryFolders } from '../../engine/datasets/idx-writer.ts';
import { conform } from './conform.ts';
import { exampleSearches } from './searches.ts';

const { entries: searches } = exampleSearches(temporaryFolders());

it('goes through every entry of every registry', () => {
  const settings = JSON.stringify(searches.map((search) => search.on('dense')));
  for (const { kind, entries } of Object.values<Registry<Definition>>({ ...registries })) {
    for (const { id } of entries) {
      const isLeftOut = [DEFAULT_NORMALIZATION, DEFAULT_REWIND].includes(id);
      if (!isLeftOut) expect(settings, `${kind} ${id}`).toContain(`"${id}"`);
    }
  }
});

conform(searches);
