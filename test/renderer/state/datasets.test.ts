import { describe, expect, it } from 'vitest';
import { createClient } from '../../../src/shared/contract/client.ts';
import type { DatasetOverview } from '../../../src/shared/contract/records/datasets.ts';
import { Datasets } from '../../../src/renderer/state/datasets.svelte.ts';
import { createFakeWorkbench } from '../support/fake-workbench.ts';

describe('datasets that are fetched', () => {
  const open = async () => {
    const workbench = createFakeWorkbench();
    let ready = 0;
    const datasets = new Datasets(createClient(workbench), () => {
      ready += 1;
    });
    await datasets.list.reload();
    const mnist = datasets.find('mnist')!;
    return { workbench, datasets, mnist, readyCount: () => ready };
  };

  it('say how far they are, and are ready once, when they have come', async () => {
    const { workbench, datasets, mnist, readyCount } = await open();
    const missing: DatasetOverview = { ...mnist, state: 'to-be-fetched', downloadBytes: 1000 };
    workbench.tell({ type: 'dataset-changed', dataset: missing });
    expect(datasets.find('mnist')?.state).toBe('to-be-fetched');
    const progress = { step: 'downloading x', bytes: 10, totalBytes: 1000, etaSeconds: 3 };
    workbench.tell({ type: 'dataset-progress', id: 'mnist', progress });
    expect(datasets.find('mnist')?.progress).toEqual(progress);
    expect(readyCount()).toBe(0);
    workbench.tell({ type: 'dataset-changed', dataset: { ...mnist, state: 'fetched' } });
    expect(datasets.find('mnist')?.progress).toBeUndefined();
    expect(readyCount()).toBe(1);
  });

  it('keep why they could not be fetched until they are tried again', async () => {
    const { workbench, datasets } = await open();
    const error = { code: 'unavailable', message: 'the server is gone' } as const;
    workbench.tell({ type: 'dataset-failed', id: 'mnist', error });
    expect(datasets.errorOf('mnist')).toEqual(error);
    expect(datasets.errorOf('idx')).toBeUndefined();
    await datasets.fetch('mnist');
    expect(datasets.errorOf('mnist')).toBeUndefined();
  });
});
