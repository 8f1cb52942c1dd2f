import { expect, it, onTestFinished, vi } from 'vitest';
import { Store } from '../../../../src/main/store/store.ts';
import { readCurves, type WantedCurves } from '../../../../src/main/workbench/curves/curve-work.ts';
import { Curves } from '../../../../src/main/workbench/curves/curves.ts';
import { KeptCurves } from '../../../../src/main/workbench/curves/kept-curves.ts';
import { curveChart } from '../../../../src/main/workbench/exports/curve-chart.ts';
import { storeLongCurves } from '../../../support/long-curves.ts';
import { openStore } from '../../store/support.ts';

it.each([25_000, 100])(
  'a chart of curves of %i evaluations is as it would be if they were read here',
  async (evaluations) => {
    const { store, file } = openStore();
    const id = storeLongCurves(file, { name: 'long', levels: 1, replicates: 2, evaluations });
    const search = store.searches.get(id);
    const other = Store.open(file);
    const here = {
      read: (wanted: WantedCurves) => Promise.resolve(readCurves(other, new KeptCurves(0), wanted)),
    };
    const curves = new Curves(store);
    onTestFinished(() => curves.close());
    onTestFinished(() => other.close());
    const read = vi.spyOn(store.trainings, 'curve');
    for (const choice of [{}, { level: 1, replicate: 1 }]) {
      const chart = await curveChart(store, curves, search, 'validationLoss', choice);
      expect(chart).toEqual(await curveChart(store, here, search, 'validationLoss', choice));
    }
    expect(read.mock.calls.length > 0).toBe(evaluations < 1000);
  },
);

it('a chart of trainings that have not finished is refused', async () => {
  const { store, file } = openStore();
  const id = storeLongCurves(file, { name: 'short', levels: 1, replicates: 1, evaluations: 10 });
  const curves = new Curves(store);
  onTestFinished(() => curves.close());
  await expect(
    curveChart(store, curves, store.searches.get(id), 'validationLoss', { level: 5 }),
  ).rejects.toMatchObject({ code: 'not-found' });
});
