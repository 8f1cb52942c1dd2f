import { describe, expect, it } from 'vitest';
import { originAt, originOf } from '../../../src/renderer/forms/origin.ts';
import { PlugIns } from '../../../src/renderer/state/plug-ins.svelte.ts';
import { createClient, type Transport } from '../../../src/shared/contract/client.ts';
import type { Catalog } from '../../../src/shared/contract/records/catalog.ts';
import { FAKE_CATALOG } from '../support/fake-catalog.ts';
import { createFakeWorkbench } from '../support/fake-workbench.ts';

async function open(transport: Transport = createFakeWorkbench()) {
  const errors: unknown[] = [];
  const plugIns = new PlugIns(createClient(transport), { error: (error) => errors.push(error) });
  await plugIns.overview.reload();
  return { plugIns, errors };
}

describe('the switch for plug-ins', () => {
  it('is off, and says after a change that it takes effect at the next start', async () => {
    const { plugIns, errors } = await open();
    expect([plugIns.isOn, plugIns.isPending]).toEqual([false, false]);
    expect(await plugIns.set(true)).toBe(true);
    expect([plugIns.isOn, plugIns.isPending, plugIns.isBusy]).toEqual([true, true, false]);
    expect(await plugIns.set(false)).toBe(false);
    expect([plugIns.isOn, plugIns.isPending]).toEqual([false, false]);
    expect(errors).toEqual([]);
  });

  it('stays off where the user answers the question with no', async () => {
    const workbench = createFakeWorkbench();
    const { plugIns } = await open({
      ...workbench,
      invoke: (name, input) =>
        workbench.invoke(
          name === 'plugIns.set' ? 'plugIns.get' : name,
          name === 'plugIns.set' ? {} : input,
        ),
    });
    expect(await plugIns.set(true)).toBe(false);
    expect(plugIns.isPending).toBe(false);
  });

  it('tells what went wrong, and shows what is set', async () => {
    const workbench = createFakeWorkbench();
    const { plugIns, errors } = await open({
      ...workbench,
      invoke: (name, input) =>
        name === 'plugIns.set'
          ? Promise.resolve({ ok: false, error: { code: 'store-failed', message: 'full' } })
          : workbench.invoke(name, input),
    });
    expect(await plugIns.set(true)).toBe(false);
    expect(errors).toMatchObject([{ message: 'full' }]);
    expect(plugIns.isBusy).toBe(false);
  });
});

describe('an entry of the form', () => {
  const mine = { ...FAKE_CATALOG.datasets[0]!, id: 'mine', plugIn: '/home/me/plug-ins/mine.ts' };
  const catalog: Catalog = {
    ...FAKE_CATALOG,
    datasets: [...FAKE_CATALOG.datasets, mine],
    strategies: [mine],
    pruningSchedules: [mine],
    analyses: [mine],
    optimizers: [mine],
  };

  it('says which file it comes from, wherever it is chosen', () => {
    for (const path of [
      'dataset',
      'training.optimizer',
      'training.optimizer.1',
      'pruning.strategy',
      'pruning.schedule',
      'analyses.0',
      'branches.2.dataset',
      'branches.2.optimizer',
    ]) {
      expect(originAt(catalog, path, 'mine'), path).toBe('From mine.ts.');
    }
  });

  it('says nothing of itself where it is built in', () => {
    expect(originAt(catalog, 'dataset', 'mnist')).toBeUndefined();
    expect(originAt(catalog, 'architecture.layers.0', 'mine')).toBeUndefined();
    expect(originAt(undefined, 'dataset', 'mine')).toBeUndefined();
    expect(originOf({ ...mine, plugIn: 'C:\\me\\mine.js' })).toBe('From mine.js.');
  });
});
