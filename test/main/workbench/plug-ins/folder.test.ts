import path from 'node:path';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { initializers } from '../../../../src/main/engine/initializers/index.ts';
import { loadedPlugIns } from '../../../../src/main/engine/plug-ins/load.ts';
import { loadPlugInFolder } from '../../../../src/main/workbench/plug-ins/folder.ts';
import { catalog } from '../../../../src/main/workbench/settings/catalog.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { exporters } from '../../../../src/main/exporters/index.ts';
import type { Definition, Registry } from '../../../../src/shared/domain/definition.ts';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { EXAMPLES, folderOf, initializerCode } from './examples.ts';

const counts = (): number[] =>
  [...Object.values<Registry<Definition>>({ ...registries }), exporters].map(
    ({ entries }) => entries.length,
  );

/** What loading a folder of these files says; nothing may be registered then. */
function failureOf(files: Readonly<Record<string, string>>): unknown {
  const before = counts();
  const folder = folderOf(files);
  try {
    loadPlugInFolder(folder);
  } catch (error) {
    expect(counts()).toEqual(before);
    expect(loadedPlugIns().map(({ file }) => file)).not.toContain(path.join(folder, 'bad.ts'));
    return error;
  }
  throw new Error('it loaded');
}

describe('the examples', () => {
  it('are in catalog and settings like built-in entries, with the file that they come from', () => {
    loadPlugInFolder(EXAMPLES);
    const { strategies, datasets, settings } = catalog();
    const [layerwise, global] = strategies.slice(-2);
    expect([layerwise?.id, global?.id]).toEqual([
      'layerwise-relative-change',
      'global-relative-change',
    ]);
    expect(layerwise?.plugIn).toBe(path.join(EXAMPLES, 'relative-change.ts'));
    expect(layerwise?.settings.properties).toHaveProperty('offset');
    expect(datasets.at(-1)).toMatchObject({
      id: 'checkerboard',
      state: 'built-in',
      plugIn: path.join(EXAMPLES, 'checkerboard.js'),
    });
    expect(strategies[0]).not.toHaveProperty('plugIn');
    expect(JSON.stringify(settings)).toContain('"const":"checkerboard"');
    expect(
      parseSettings(registries, {
        dataset: { id: 'checkerboard' },
        pruning: { strategy: { id: 'global-relative-change' } },
      }),
    ).toMatchObject({
      dataset: { squares: 4 },
      pruning: { strategy: { offset: 0.01 } },
    });
  });

  it('are loaded once, however often that is asked for', () => {
    const before = counts();
    loadPlugInFolder(EXAMPLES);
    expect(counts()).toEqual(before);
  });
});

describe('a plug-in that can’t be used', () => {
  it.each([
    ['does not parse', 'export const plugIn = {;', /bad[.]ts does not load: /],
    ['has syntax that Node can’t strip', 'enum A { x }', /bad[.]ts does not load: .*enum/],
    ['throws', 'throw new Error("no luck");', /bad[.]ts does not load: no luck/],
    [
      'exports nothing',
      'export const other = 1;',
      /bad[.]ts can't be used: it has no export plugIn/,
    ],
    ['exports an empty list', 'export const plugIn = {};', /plugIn is empty/],
    ['has an unknown kind', 'export const plugIn = { strategy: [] };', /no kind plugIn[.]strategy/],
    [
      'has a definition without its functions',
      `import { z } from 'ticket-workbench/plug-in';
       export const plugIn = { strategies: [
         { id: 'A b', label: 'A', description: 'A.', hparams: z.object({}) },
       ] };`,
      /plugIn[.]strategies\[0\][.]id: expected lower-case .*plugIn[.]strategies\[0\][.]create: expected a function/,
    ],
    [
      'imports another file',
      `import './good.ts';`,
      /it imports ".\/good.ts"; .* a plug-in is one file/,
    ],
    ['imports a package', `import 'zod';`, /it imports "zod"/],
    [
      'has a setting that every entry has',
      initializerCode('clashing').replace('value: z', 'id: z'),
      /settings of the plug-in .*bad[.]ts can't be offered: .*declares "id"/,
    ],
    [
      'has a setting that no form can show',
      initializerCode('unshown').replace('z.number().default(0.5)', 'z.date()'),
      /settings of the plug-in .*bad[.]ts can't be offered: /,
    ],
  ])('because it %s', (_, code, message) => {
    const failure = failureOf({ 'bad.ts': code, 'good.ts': initializerCode('good') });
    expect(failure).toMatchObject({ code: 'invalid-data' });
    expect(failure).toHaveProperty('message', expect.stringMatching(message));
    expect(failure).toHaveProperty('hint', expect.stringContaining('docs/plug-ins.md'));
  });

  it('names every file that can’t be used', () => {
    const failure = failureOf({ 'bad.ts': 'throw 1;', 'worse.js': 'throw 2;', 'good.ts': '' });
    expect(failure).toHaveProperty(
      'message',
      expect.stringMatching(
        /bad[.]ts does not load: 1\n.*good[.]ts .*\n.*worse[.]js does not load: 2$/,
      ),
    );
  });

  it('because its id is taken, by a built-in entry or by another file', () => {
    expect(failureOf({ 'bad.ts': initializerCode('he-normal') })).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(
        /"he-normal" is defined twice: by the workbench itself and by .*bad[.]ts/,
      ),
    });
    const twice = { 'bad.ts': initializerCode('twin'), 'again.js': initializerCode('twin') };
    expect(failureOf(twice)).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/"twin" is defined twice: by .*again[.]js and by .*bad[.]ts/),
    });
  });

  it('because it has changed since it was loaded', () => {
    const folder = folderOf({ 'constant.ts': initializerCode('constant') });
    loadPlugInFolder(folder);
    expect(initializers.get('constant').label).toBe('Constant');
    writeFileSync(path.join(folder, 'constant.ts'), initializerCode('changed'));
    expect(() => {
      loadPlugInFolder(folder);
    }).toThrow(/constant[.]ts has changed since this process loaded it: its SHA-256 is/);
  });
});

it('a folder that is not there or holds no plug-in is named', () => {
  expect(() => {
    loadPlugInFolder('/no/such/folder');
  }).toThrow(/folder of plug-ins \/no\/such\/folder can't be read/);
  expect(() => {
    loadPlugInFolder(folderOf({ 'types.d.ts': '', 'notes.md': '' }));
  }).toThrow(/has no file that ends in [.]ts or [.]js/);
});
