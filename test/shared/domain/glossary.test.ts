import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { TERM_OF_SETTING } from '../../../src/renderer/forms/setting-terms.ts';
import { GLOSSARY, termNamed } from '../../../src/shared/domain/glossary.ts';

const RENDERER = fileURLToPath(new URL('../../../src/renderer', import.meta.url));

/** The ids in `<Term id="density">`. */
const USED = readdirSync(RENDERER, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.svelte'))
  .flatMap((file) =>
    [...readFileSync(`${RENDERER}/${file}`, 'utf8').matchAll(/<Term\s+id="([^"]+)"/g)].map(
      ([, id]) => id ?? '',
    ),
  );

describe('the glossary', () => {
  it('explains each term once, in the order of the alphabet', () => {
    const ids = GLOSSARY.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const terms = GLOSSARY.map(({ term }) => term);
    expect(terms).toEqual(terms.toSorted((one, other) => one.localeCompare(other, 'en')));
    for (const { definition } of GLOSSARY) expect(definition).toMatch(/^\p{Lu}.*[.]$/u);
  });

  it('refers only to terms that it has', () => {
    const missing = GLOSSARY.flatMap(({ see = [] }) => see.filter((id) => !termNamed(id)));
    expect(missing).toEqual([]);
  });

  it('has no term that the window explains nowhere, or only far away', () => {
    const linked = [...USED, ...Object.values(TERM_OF_SETTING)];
    const near = linked.flatMap((id) => [id, ...(termNamed(id)?.see ?? [])]);
    expect(GLOSSARY.map(({ id }) => id).filter((id) => !near.includes(id))).toEqual([]);
  });

  it('has every term that the window explains', () => {
    expect(USED.length).toBeGreaterThan(10);
    const missing = USED.filter((id) => !termNamed(id));
    expect(missing).toEqual([]);
  });
});
