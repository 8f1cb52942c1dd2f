/** Comparisons are read by a thread. */
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { ComparisonThread } from '../../../../src/main/workbench/exports/comparison-thread.ts';
import { performComparisonWork } from '../../../../src/main/workbench/exports/comparison-work.ts';
import { loadPlugInFolder } from '../../../../src/main/workbench/plug-ins/folder.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { finishedSearch, openExportable } from '../conformance/conform-exporters.ts';
import { sampleSearch, sampleSettings } from '../../store/samples.ts';
import { openStore, startedSearch } from '../../store/support.ts';

loadPlugInFolder(fileURLToPath(new URL('../plug-ins/every-kind/', import.meta.url)));

function openThread(store: Store): ComparisonThread {
  const thread = new ComparisonThread(store);
  onTestFinished(() => thread.close());
  return thread;
}

it('nothing that a window asks for waits for one', async () => {
  const { client, store, search } = openExportable();
  const ids = [search, finishedSearch(store)];
  const read = [
    vi.spyOn(store.searches, 'get'),
    vi.spyOn(store.history, 'get'),
    vi.spyOn(store.trainings, 'outcomes'),
    vi.spyOn(store.trainings, 'mask'),
  ];
  for (const [what, format] of [
    ['table', 'csv'],
    ['chart', 'svg'],
    ['report', 'markdown'],
  ] as const) {
    const { bytes } = await client.call('comparison.export', { ids, what, format });
    expect(bytes.length).toBeGreaterThan(0);
  }
  const subject = { kind: 'comparison', ids } as const;
  expect(await client.call('report.methods', { subject })).toContain('winning tickets');
  for (const each of read) expect(each).not.toHaveBeenCalled();
});

it.each(['table', 'chart', 'report', 'methods'] as const)(
  'says there what it says here: %s',
  async (task) => {
    const { store, search } = openExportable();
    const ids = [search, finishedSearch(store)];
    const question = { reference: ids[1], colours: [3, 1], pairs: 'all' } as const;
    const here = performComparisonWork(store, task, { ids, question, plugIns: [] });
    expect(await openThread(store).read(task, ids, question)).toEqual(here);
  },
);

it('names what plug-ins define', async () => {
  const { store } = openStore();
  const training = {
    ...sampleSettings().training,
    optimizer: { id: 'halved-sgd', learningRate: 0.2, weightDecay: 0 },
  };
  const ids = [0, 1].map(() => startedSearch(store, sampleSearch({ training })));
  const methods = await openThread(store).read('methods', ids);
  expect(methods.split('with SGD at half the rate (learningRate 0.2')).toHaveLength(3);
});

it('says what is wrong with the question', async () => {
  const { store, search } = openExportable();
  const thread = openThread(store);
  await expect(thread.read('table', [search, 'gone'])).rejects.toMatchObject({ code: 'not-found' });
  await expect(thread.read('table', [search, search])).rejects.toMatchObject({
    code: 'invalid-argument',
  });
});
