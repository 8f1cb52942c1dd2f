/** Bundles that say they use plug-ins, which turns off no check but those of what the plug-ins define. */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { UsedPlugIn } from '../../../../src/shared/domain/plug-in.ts';
import { startBundleThread } from '../../../../src/main/workbench/bundles/bundle-thread.ts';
import { loadPlugInFolder } from '../../../../src/main/workbench/plug-ins/folder.ts';
import { usedPlugIn } from '../../../../src/main/workbench/plug-ins/used.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { folderOf, initializerCode } from '../plug-ins/examples.ts';
import { crafted } from './crafted.ts';
import { refusalOf, type Search, sound } from './refusals.ts';
import { emptyStore } from './samples.ts';

describe('a bundle that says it uses a plug-in', () => {
  const SHA256 = '0'.repeat(64);
  const OPTIMIZER: UsedPlugIn = { kind: 'optimizers', id: 'theirs', file: 'x.js', sha256: SHA256 };

  /** The sample, whose optimizer comes from a plug-in that is not loaded. */
  const withOptimizer = async (change: (search: Search) => void = () => undefined) =>
    crafted(await sound(), /search\.json$/, (search: Search) => {
      const optimizer = { id: 'theirs', rate: 0.1 };
      for (const name of ['settings', 'written'] as const) {
        const given = search[name];
        Object.assign(search, { [name]: { ...given, training: { ...given.training, optimizer } } });
      }
      search.plugIns = [OPTIMIZER];
      change(search);
    });

  /** Changes the training settings, also as they were written. */
  const setTraining = (search: Search, changes: object): void => {
    for (const given of [search.settings, search.written]) Object.assign(given.training, changes);
  };

  it('is taken, with settings that nobody can check here', async () => {
    const store = emptyStore();
    const file = await withOptimizer();
    await expect(Workbench.over(store).bundles.merge(file)).resolves.toMatchObject([{ added: 10 }]);
  });

  it.each<[string, (search: Search) => void, RegExp]>([
    [
      'settings outside it that are not valid',
      (search) => {
        setTraining(search, { batchSize: 0 });
      },
      /its settings are not valid: training\.batchSize is 0/,
    ],
    [
      'settings that do not follow from those as written',
      ({ settings }) => Object.assign(settings.training, { batchSize: 61 }),
      /its settings are not those that follow/,
    ],
    [
      'the layout of another architecture',
      (search) => {
        const architecture = { id: 'mlp', widths: [8] };
        search.settings = { ...search.settings, architecture };
        search.written = { ...search.written, architecture };
      },
      /the layout of "ticket" is not that of its architecture/,
    ],
    [
      'another entry that is not there',
      (search) => {
        const initializer = { id: 'theirs' };
        search.settings = { ...search.settings, initializer };
        search.written = { ...search.written, initializer };
      },
      /its settings are not valid: initializer\.id is "theirs"/,
    ],
    [
      'a plug-in for what its settings do not choose',
      (search) => {
        search.plugIns = [OPTIMIZER, { ...OPTIMIZER, id: 'x' }];
      },
      /a plug-in for the optimizer "x", which its settings do not choose/,
    ],
    [
      'a plug-in for what is built in',
      (search) => {
        search.plugIns = [OPTIMIZER, { ...OPTIMIZER, kind: 'architectures', id: 'mlp' }];
      },
      /a plug-in for the network "mlp", which is built in/,
    ],
  ])('is refused with %s', async (_what, change, message) => {
    expect(await refusalOf(await withOptimizer(change))).toMatch(message);
  });

  it('is checked in full where the plug-in is loaded, also by the thread of a window', async () => {
    const folder = folderOf({ 'theirs.ts': initializerCode('theirs-bundled') });
    loadPlugInFolder(folder);
    const plugIn = usedPlugIn('initializers', 'theirs-bundled')!;
    const withValue = async (value: unknown) =>
      crafted(await sound(), /search\.json$/, (search: Search) => {
        const initializer = { id: 'theirs-bundled', value } as never;
        search.settings = { ...search.settings, initializer };
        search.written = { ...search.written, initializer };
        search.plugIns = [plugIn];
      });
    const problem = /its settings are not valid: initializer\.value is "x"/;
    expect(await refusalOf(await withValue('x'))).toMatch(problem);
    const inThread = async (bundle: string) => {
      const file = path.join(emptyStore().directory, 'workbench.sqlite');
      return startBundleThread(file, 'merge', { bundle }, () => undefined).result;
    };
    await expect(inThread(await withValue('x'))).rejects.toThrow(problem);
    await expect(inThread(await withValue(0.25))).resolves.toMatchObject([{ added: 10 }]);
  });
});
