import { describe, expect, it } from 'vitest';
import { sampleSearch } from './samples.ts';
import { MOMENT, openStore, startedSearch, transferSearch } from './support.ts';

describe('the trash', () => {
  it('lists what was deleted, last first, with the sweep that it returns to', () => {
    const { store, clock } = openStore();
    const axis = { path: 'training.batchSize', values: [60] };
    const sweep = store.sweeps.create(
      'a sweep',
      [axis],
      [{ ...transferSearch(), name: 'swept', values: [{ path: axis.path, value: 60 }] }],
    );
    const [member] = store.sweeps.members(sweep.id);
    const alone = startedSearch(store, { ...sampleSearch(), name: 'alone' });
    store.searches.setStatus(alone, 'finished');
    store.history.markDeleted([member!.searchId]);
    clock.now += 1000;
    store.history.markDeleted([alone]);

    expect(store.trash.list()).toMatchObject([
      { id: alone, name: 'alone', sweep: undefined, deletedAt: MOMENT + 1000 },
      { name: 'swept', sweep: { id: sweep.id, name: 'a sweep' }, deletedAt: MOMENT },
    ]);
    store.history.unmarkDeleted([member!.searchId]);
    expect(store.sweeps.members(sweep.id)).toHaveLength(1);
    expect(store.history.get(member!.searchId)).toMatchObject({ name: 'swept' });
  });

  it('deletes for good only what is still in it', () => {
    const { store, file } = openStore();
    const id = startedSearch(store);
    store.searches.setStatus(id, 'finished');
    expect(store.trash.purge(id)).toBe(false);
    store.history.markDeleted([id]);

    // Another process restores it, after this one has looked what is to be purged.
    const { store: other } = openStore(file);
    expect(store.history.deletedBefore(MOMENT + 1)).toEqual([id]);
    other.history.unmarkDeleted([id]);
    expect(store.trash.purge(id)).toBe(false);
    expect(store.history.get(id)).toMatchObject({ id });

    other.history.markDeleted([id]);
    expect(store.trash.purge(id, MOMENT)).toBe(false);
    expect(store.trash.purge(id, MOMENT + 1)).toBe(true);
    expect(other.trash.purge(id)).toBe(false);
    expect(other.trash.list()).toEqual([]);
  });
});
