import { describe, expect, it } from 'vitest';
import type { DataReading } from '../../../src/shared/domain/data-summary.ts';
import { Store } from '../../../src/main/store/store.ts';
import { sampleSearch, temporaryFile } from './samples.ts';

const READING: DataReading = {
  summary: {
    dataset: 'csv',
    shape: [2],
    train: 3,
    validation: 1,
    test: 2,
    isTestHeldOut: true,
    classes: [{ name: 'setosa ', train: 3, validation: 1, test: 2 }],
    values: { kind: 'floats', smallest: -1.5, largest: 0.1, mean: 0.1 + 0.2 },
    leftOut: [{ what: 'files', count: 2, reason: 'they are no images', setting: 'dataset.folder' }],
    warnings: [{ message: 'all are equal', setting: 'dataset.file' }],
    refusal: { message: 'one class only', hint: 'give more' },
  },
  samples: {
    kind: 'rows',
    columns: ['a', 'b'],
    columnsLeftOut: 0,
    rows: [{ name: 'setosa ', values: Float32Array.of(0.1, -1.5) }],
  },
};

const IMAGES: DataReading = {
  summary: { ...READING.summary, dataset: 'mnist', leftOut: [], warnings: [] },
  samples: {
    kind: 'images',
    width: 2,
    height: 1,
    channels: 1,
    images: [{ name: '7', pixels: Uint8Array.of(0, 255) }],
  },
};

function openSearch() {
  const store = Store.open(temporaryFile());
  return { store, id: store.searches.create(sampleSearch()).id };
}

describe('what was read of the data of a search', () => {
  it('is nothing before it has started', () => {
    const { store, id } = openSearch();
    expect(store.dataReadings.list(id)).toEqual([]);
    expect(store.dataReadings.summaries(id)).toEqual(new Map());
    store.close();
  });

  it('comes back as it was, its own data before those of transfers', () => {
    const { store, id } = openSearch();
    store.dataReadings.save(id, 'a-transfer', IMAGES);
    store.dataReadings.save(id, 'ticket', READING);
    expect(store.dataReadings.list(id)).toEqual([
      { branch: 'ticket', ...READING },
      { branch: 'a-transfer', ...IMAGES },
    ]);
    expect(store.dataReadings.summaries(id)).toEqual(
      new Map([
        ['a-transfer', IMAGES.summary],
        ['ticket', READING.summary],
      ]),
    );
    store.close();
  });

  it('is replaced by a later reading, and goes with the search', () => {
    const { store, id } = openSearch();
    store.dataReadings.save(id, 'ticket', READING);
    store.dataReadings.save(id, 'ticket', IMAGES);
    expect(store.dataReadings.list(id)).toEqual([{ branch: 'ticket', ...IMAGES }]);
    store.searches.delete(id);
    expect(store.dataReadings.list(id)).toEqual([]);
    expect(store.integrityCheck()).toEqual([]);
    store.close();
  });
});
