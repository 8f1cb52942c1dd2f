import { describe, expect, it } from 'vitest';
import { loadPlugInFolder } from '../../../../src/main/workbench/plug-ins/folder.ts';
import { checkPlugIns, usedPlugIns } from '../../../../src/main/workbench/plug-ins/used.ts';
import { trainingIdentities } from '../../../../src/main/workbench/running/training-identity.ts';
import { openRealWorkbench } from '../../../support/real-workbench.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  key,
  sampleSearch,
  sampleSettings,
} from '../../store/samples.ts';
import { folderOf, initializerCode } from './examples.ts';

const sha256 = 'a'.repeat(64);
const GONE = { kind: 'strategies', id: 'gone', file: 'gone.ts', sha256 } as const;

describe('a saved search of a plug-in that is not loaded', () => {
  it('is in the history, with what it uses', async () => {
    const { store, workbench } = openRealWorkbench();
    const { pruning } = sampleSettings();
    const settings = sampleSettings({ pruning: { ...pruning, strategy: { id: 'gone' } } });
    const { id } = store.searches.create({
      ...sampleSearch(),
      settings,
      written: settings,
      plugIns: [GONE],
    });
    store.searches.start(id, ENVIRONMENT, FINGERPRINT);
    expect(workbench.history.get(id).plugIns).toEqual([GONE]);
    expect(store.searches.list()).toMatchObject([{ id, plugIns: [GONE] }]);
    expect(workbench.history.result(id)).toBeUndefined();
    expect(workbench.history.costs(id)).toEqual([]);
    expect(workbench.analyses.list(id)).toEqual([]);
    const estimate = workbench.planner.estimateSettings(settings);
    await expect(estimate).rejects.toThrow(/no strategy "gone"/);
  });

  it('is refused with both hashes and what to do', () => {
    expect(() => {
      checkPlugIns({ id: 'x', settings: sampleSettings(), plugIns: [GONE] }, '/data');
    }).toThrow(
      `the pruning strategy "gone" of the plug-in gone.ts with the SHA-256 ${sha256}, which is not`,
    );
  });

  it('keeps what is added later, but nothing twice', () => {
    const { store } = openRealWorkbench();
    const { id } = store.searches.create({ ...sampleSearch(), plugIns: [GONE] });
    store.searches.addPlugIns(id, [
      { ...GONE, sha256: 'b'.repeat(64) },
      { ...GONE, id: 'more' },
    ]);
    expect(store.searches.get(id).plugIns).toEqual([GONE, { ...GONE, id: 'more' }]);
    store.searches.delete(id);
    expect(store.integrityCheck()).toEqual([]);
  });
});

describe('the identity of a training', () => {
  it('follows from the content of the plug-ins that it uses', () => {
    const settings = sampleSettings({ initializer: { id: 'constant', value: 0.5 } });
    const identity = () => trainingIdentities({ settings, targets: [] })(key(0, 0)).training;
    expect(usedPlugIns(settings)).toEqual([]);
    const before = identity();
    loadPlugInFolder(folderOf({ 'constant.ts': initializerCode('constant') }));
    expect(usedPlugIns(settings)).toMatchObject([
      { kind: 'initializers', id: 'constant', file: 'constant.ts' },
    ]);
    expect(identity()).not.toBe(before);
  });
});
