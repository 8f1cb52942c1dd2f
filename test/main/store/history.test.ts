import { describe, expect, it } from 'vitest';
import type { CallArguments } from '../../../src/shared/contract/calls.ts';
import { CALLS, SORT_COLUMNS } from '../../../src/shared/contract/calls.ts';
import { Store } from '../../../src/main/store/store.ts';
import { ENVIRONMENT, FINGERPRINT, sampleSearch, sampleSummary, temporaryFile } from './samples.ts';

type Query = CallArguments<'search.list'>;

function query(changes: Partial<Record<keyof Query, unknown>> = {}): Query {
  return CALLS['search.list'].input.parse(changes);
}

function open(): { store: Store; tick(milliseconds: number): void } {
  let now = Date.UTC(2025, 0, 1);
  const store = Store.open(temporaryFile(), { now: () => now });
  return {
    store,
    tick: (milliseconds) => {
      now += milliseconds;
    },
  };
}

const winning = { kind: 'winning', level: 2, density: 0.64, reason: 'because' } as const;

describe('the history', () => {
  it('shows a new search with what was chosen', () => {
    const { store } = open();
    const { id } = store.searches.create(sampleSearch());

    expect(store.history.list(query())).toMatchObject({
      total: 1,
      rows: [
        {
          id,
          name: 'A sample',
          dataset: 'mnist',
          architecture: 'lenet-300-100',
          optimizer: 'adam',
          strategy: 'layerwise-magnitude',
          schedule: 'iterative',
          levels: 2,
          replicates: 2,
          iterations: 200,
          trainingsTotal: 10,
          tags: [],
          note: '',
          isArchived: false,
          verdict: undefined,
        },
      ],
    });
  });

  it('shows the summary as it was saved', () => {
    const { store } = open();
    const { id } = store.searches.create(sampleSearch());
    const sparkline = Float32Array.of(0.97, 0.98, 0.96);
    store.history.saveSummary(
      id,
      sampleSummary({ verdict: winning, denseAccuracy: 0.97, bestAccuracy: 0.98, sparkline }),
    );

    const row = store.history.get(id);
    expect(row.sparkline).toStrictEqual(sparkline);
    expect(row).toMatchObject({ verdict: winning, denseAccuracy: 0.97, bestAccuracy: 0.98 });
  });

  it('knows which summaries lag behind', () => {
    const { store } = open();
    const { id } = store.searches.create(sampleSearch());

    expect(store.history.unsummarized()).toEqual([]);
    store.history.saveSummary(id, sampleSummary({ trainings: 3 }));
    expect(store.history.unsummarized()).toEqual([id]);
  });

  it('finds searches by the beginnings of words in name, note, tags and settings', () => {
    const { store } = open();
    const make = (name: string): string => store.searches.create({ ...sampleSearch(), name }).id;
    const [overnight, other] = [make('Overnight Ångström'), make('other')];
    store.history.setNote(overnight, 'before the workshop in Zürich');
    store.history.setTags([other], ['paper', 'figure 3'], []);
    const found = (text: string): string[] =>
      store.history.ids(query({ filter: { text } }).filter, query().sort).toSorted();

    expect(found('over')).toEqual([overnight]);
    expect(found('ANGSTROM zurich')).toEqual([overnight]);
    expect(found('figure')).toEqual([other]);
    expect(found('lenet-300-100')).toEqual([overnight, other].toSorted());
    expect(found('0.0012 adam')).toEqual([overnight, other].toSorted());
    expect(found('overnight paper')).toEqual([]);
    expect(found(other)).toEqual([other]);
    store.history.rename(overnight, 'Daytime');
    expect(found('overnight')).toEqual([]);
    expect(found('day')).toEqual([overnight]);
  });

  it.each(['"', '*', 'a AND', 'NEAR(', 'name:x', '" OR 1=1 --', '-', '()', '^x', 'a"b', '\u0000'])(
    'searches for whatever is typed, its own syntax included: %j',
    (text) => {
      const { store } = open();
      store.searches.create(sampleSearch());
      expect(() => store.history.list(query({ filter: { text } }))).not.toThrow();
    },
  );

  it('narrows down by every part of the filter', () => {
    const { store, tick } = open();
    const first = store.searches.create(sampleSearch()).id;
    tick(1000);
    const second = store.searches.create(
      sampleSearch({ architecture: { id: 'mlp', widths: [3] } }),
    ).id;
    store.history.saveSummary(second, sampleSummary({ verdict: winning }));
    store.history.setTags([first, second], ['both'], []);
    store.history.setTags([second], ['Only'], []);
    const found = (filter: object): string[] =>
      store.history.ids(query({ filter }).filter, query().sort);

    expect(found({})).toEqual([second, first]);
    expect(found({ architectures: ['mlp', 'none'] })).toEqual([second]);
    expect(found({ datasets: ['mnist'], strategies: ['layerwise-magnitude'] })).toHaveLength(2);
    expect(found({ verdicts: ['winning'] })).toEqual([second]);
    expect(found({ verdicts: ['none'] })).toEqual([first]);
    expect(found({ tags: ['both'] })).toHaveLength(2);
    expect(found({ tags: ['both', 'only'] })).toEqual([second]);
    expect(found({ createdFrom: Date.UTC(2025, 0, 1) + 1 })).toEqual([second]);
    expect(found({ createdTo: Date.UTC(2025, 0, 1) })).toEqual([first]);
    expect(found({ states: ['interrupted'] })).toHaveLength(2);
    expect(found({ states: ['running'] })).toEqual([]);
    store.history.setArchived([first], true);
    expect(found({})).toEqual([second]);
    expect(found({ archived: 'only' })).toEqual([first]);
    expect(found({ archived: 'include' })).toHaveLength(2);
  });

  it('sorts by every column, what has no value last, and pages without gaps', () => {
    const { store, tick } = open();
    const ids = [0.9, undefined, 0.7, 0.8].map((denseAccuracy, index) => {
      const { id } = store.searches.create({ ...sampleSearch(), name: 'dBcA'[index]! });
      store.history.saveSummary(id, sampleSummary({ denseAccuracy }));
      tick(1000);
      return id;
    });
    const sorted = (column: string, direction: string): number[] =>
      store.history
        .ids(query().filter, query({ sort: { column, direction } }).sort)
        .map((id) => ids.indexOf(id));

    expect(sorted('created', 'ascending')).toEqual([0, 1, 2, 3]);
    expect(sorted('created', 'descending')).toEqual([3, 2, 1, 0]);
    expect(sorted('name', 'ascending')).toEqual([3, 1, 2, 0]);
    expect(sorted('dense-accuracy', 'ascending')).toEqual([2, 3, 0, 1]);
    expect(sorted('dense-accuracy', 'descending')).toEqual([0, 3, 2, 1]);
    for (const column of [...SORT_COLUMNS, 'setting:training.optimizer.learningRate'])
      expect(sorted(column, 'ascending')).toHaveLength(4);
    const page = (offset: number) =>
      store.history.list(
        query({ limit: 2, offset, sort: { column: 'name', direction: 'ascending' } }),
      );
    expect(page(0).rows.map(({ name }) => name)).toEqual(['A', 'B']);
    expect(page(2).rows.map(({ name }) => name)).toEqual(['c', 'd']);
    expect(page(4)).toEqual({ rows: [], total: 4 });
  });

  it('counts tags, whatever their case, and forgets them one by one', () => {
    const { store } = open();
    const [one, two] = [
      store.searches.create(sampleSearch()).id,
      store.searches.create(sampleSearch()).id,
    ];
    store.history.setTags([one, two], ['paper'], []);
    store.history.setTags([one], ['Paper', 'draft'], []);

    expect(store.history.tags()).toEqual([
      { tag: expect.stringMatching(/paper/i) as string, searches: 2 },
      { tag: 'draft', searches: 1 },
    ]);
    store.history.setTags([one], [], ['PAPER']);
    expect(store.history.get(one).tags).toEqual(['draft']);
  });
});

describe('deleting', () => {
  it('is a mark, which hides a search everywhere until it is taken back', () => {
    const { store } = open();
    const { id } = store.searches.create(sampleSearch());
    store.history.setTags([id], ['mine'], []);
    store.history.markDeleted([id]);

    expect(store.history.list(query()).total).toBe(0);
    expect(store.searches.list()).toEqual([]);
    expect(store.history.tags()).toEqual([]);
    expect(() => store.history.get(id)).toThrow('there is no search');
    expect(() => store.searches.get(id)).toThrow('there is no search');
    expect(() => store.history.rename(id, 'x')).toThrow('there is no search');
    expect(store.history.unmarkDeleted([id, 'nowhere'])).toEqual([id]);
    expect(store.history.get(id).tags).toEqual(['mine']);
    expect(store.history.unmarkDeleted([id])).toEqual([]);
  });

  it('is for all or none', () => {
    const { store } = open();
    const [one, running] = [
      store.searches.create(sampleSearch()).id,
      store.searches.create(sampleSearch()).id,
    ];
    store.leases.acquire(running, 'someone');
    store.searches.start(running, ENVIRONMENT, FINGERPRINT);

    expect(() => store.history.markDeleted([one, running])).toThrow(`${running} is running`);
    expect(() => store.history.markDeleted([one, 'nowhere'])).toThrow('there is no search');
    expect(store.history.list(query()).total).toBe(2);
  });

  it('is for good once it is purged: no word of it is found', () => {
    const { store, tick } = open();
    const { id } = store.searches.create(sampleSearch());
    store.history.markDeleted([id]);
    const marked = Date.UTC(2025, 0, 1);
    tick(5000);

    expect(store.history.deletedBefore(marked)).toEqual([]);
    expect(store.history.deletedBefore(marked + 1)).toEqual([id]);
    store.searches.delete(id);
    expect(store.history.unmarkDeleted([id])).toEqual([]);
    expect(store.integrityCheck()).toEqual([]);
    const next = store.searches.create({ ...sampleSearch(), name: 'next' }).id;
    expect(store.history.ids(query({ filter: { text: 'sample' } }).filter, query().sort)).toEqual(
      [],
    );
    expect(store.history.ids(query({ filter: { text: 'next' } }).filter, query().sort)).toEqual([
      next,
    ]);
  });
});

describe('preferences and logs', () => {
  it('are kept, and forgotten where that is asked for', () => {
    const file = temporaryFile();
    const store = Store.open(file);
    store.preferences.set('view.columns', ['name', 'verdict']);
    store.preferences.set('theme', 'dark');
    store.preferences.set('theme', null);
    store.close();

    expect(Store.open(file).preferences.all()).toEqual({ 'view.columns': ['name', 'verdict'] });
  });

  it('have a bound', () => {
    const { store } = open();
    for (let count = 0; count < 1000; count += 1) store.preferences.set(`key${count}`, count);

    expect(() => store.preferences.set('one-more', 1)).toThrow('the most that can be stored');
    expect(() => store.preferences.set('key7', 'changed')).not.toThrow();
    expect(Object.keys(store.preferences.all())).toHaveLength(1000);
  });

  it('tell the last entries, oldest first', () => {
    const { store } = open();
    const { id } = store.searches.create(sampleSearch());
    for (let at = 0; at < 5; at += 1) {
      store.log.append(id, { at, severity: 'info', message: `entry ${at}` });
    }

    expect(store.log.list(id, 2).map(({ message }) => message)).toEqual(['entry 3', 'entry 4']);
  });
});

describe('a database of before', () => {
  it('gets a history of the searches in it', async () => {
    const { openDatabase } = await import('../../../src/main/store/database.ts');
    const { MIGRATIONS } = await import('../../../src/main/store/migrations/index.ts');
    const file = temporaryFile();
    const old = openDatabase(file, MIGRATIONS.slice(0, 1));
    const search = sampleSearch();
    old
      .prepare(
        `INSERT INTO searches (id, name, status, created_at, trainings_total, settings_version,
           settings_hash, search_text, settings, parameters)
         VALUES ('old', 'An old one', 'finished', 1, 10, 1, '', '', ?, '[]')`,
      )
      .run(JSON.stringify(search.settings));
    old.close();
    const store = Store.open(file);

    expect(store.history.list(query({ filter: { text: 'old lenet' } }))).toMatchObject({
      rows: [{ id: 'old', architecture: 'lenet-300-100', levels: 2, state: 'finished' }],
    });
  });
});
