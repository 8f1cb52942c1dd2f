/** What reads show of damaged rows: each says so by name, and the others stay as they are. */
import { describe, expect, test } from 'vitest';
import { CALLS } from '../../../src/shared/contract/calls.ts';
import type { Store } from '../../../src/main/store/store.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  key,
  sampleReading,
  sampleSearch,
  sampleTraining,
} from './samples.ts';
import { failure, inspect, openStore, startedSearch } from './support.ts';

const QUERY = CALLS['history.lines'].input.parse({ expanded: [] });
const AXIS = { path: 'training.batchSize', values: [60, 61] };

/** Two searches with everything, of which the first is damaged. */
function damagedBy(sql: string) {
  const { store, file } = openStore();
  const [damaged, sound] = [filled(store), filled(store)];
  inspect(file, (database) => {
    database.pragma('ignore_check_constraints = ON');
    database.prepare(sql).run({ id: damaged });
  });
  return { store, file, damaged, sound };
}

function filled(store: Store): string {
  const id = startedSearch(store, {
    ...sampleSearch(),
    plugIns: [{ kind: 'strategies', id: 'mine', file: 'mine.ts', sha256: '2'.repeat(64) }],
  });
  store.engines.choose(id, new Map([[0, 'dense']]));
  store.trainings.save(id, sampleTraining(key()));
  store.dataReadings.save(id, 'ticket', sampleReading());
  store.analyses.request(id, { id: 'early-bird', levels: [0] }, 1);
  store.history.setTags([id], ['paper'], []);
  return id;
}

describe.each([
  ['name', "UPDATE searches SET name = 'B sample' WHERE id = @id", 'its name, note or tags'],
  ['note', "UPDATE history SET note = 'x' WHERE search_id = @id", 'its name, note or tags'],
  ['a tag', "UPDATE tags SET tag = 'paler' WHERE search_id = @id", 'its name, note or tags'],
  ['status', "UPDATE searches SET status = 'finished' WHERE id = @id", 'its row in the history'],
  ['a count that is no number', 'UPDATE history SET levels = 1 << 62 WHERE search_id = @id', 'row'],
  ['accuracy', 'UPDATE history SET best_accuracy = 0.5 WHERE search_id = @id', 'its row'],
  ['sparkline', "UPDATE history SET sparkline = x'00' WHERE search_id = @id", 'its row'],
])('a damaged %s', (_, sql, what) => {
  test('is marked in the history, which shows every search', () => {
    const { store, damaged, sound } = damagedBy(sql);
    const shown = [
      store.history.lines(QUERY).lines.map(({ row }) => row),
      store.history.list(CALLS['search.list'].input.parse({})).rows,
      store.history.many([damaged, sound]),
      [store.history.get(damaged), store.history.get(sound)],
    ];
    for (const rows of shown) {
      expect(new Map(rows.map(({ id, damage }) => [id, damage]))).toEqual(
        new Map([
          [
            damaged,
            {
              code: 'store-failed',
              message: expect.stringMatching(
                `the search ${damaged} is damaged: .*${what}`,
              ) as string,
              hint: expect.stringContaining('ticket doctor --deep') as string,
            },
          ],
          [sound, undefined],
        ]),
      );
    }
    expect(failure(() => store.searches.get(damaged)).message).toContain(what);
    expect(store.searches.get(sound).id).toBe(sound);
    expect(store.searches.list().map(({ id }) => id)).toEqual([sound]);
    expect(store.searches.damaged().map(({ id }) => id)).toEqual([damaged]);
  });
});

describe.each([
  [
    'list of plug-ins',
    "UPDATE search_plug_ins SET sha256 = 'x' WHERE search_id = @id",
    (store: Store, id: string) => store.searches.get(id),
  ],
  [
    'sessions and their environments',
    "UPDATE sessions SET environment = json_set(environment, '$.cpu', 'x') WHERE search_id = @id",
    (store: Store, id: string) => store.trainings.list(id),
  ],
  [
    'choice of engines',
    "UPDATE level_engines SET engine = 'sparse' WHERE search_id = @id",
    (store: Store, id: string) => store.engines.ofSearch(id),
  ],
  [
    'summary of its data',
    "UPDATE data_readings SET summary = json_set(summary, '$.test', 3) WHERE search_id = @id",
    (store: Store, id: string) => store.dataReadings.summaries(id),
  ],
  [
    'list of analyses',
    'UPDATE analyses SET units_total = 2 WHERE search_id = @id',
    (store: Store, id: string) => store.analyses.list(id),
  ],
])('a damaged %s', (what, sql, read) => {
  test('is refused by name, and not that of another search', () => {
    const { store, damaged, sound } = damagedBy(sql);
    expect(failure(() => read(store, damaged)).message).toMatch(
      new RegExp(`${damaged} is damaged: .*${what}`),
    );
    expect(read(store, sound)).toBeDefined();
  });
});

test('damaged data are read again at the next start', () => {
  const { store, damaged } = damagedBy(
    "UPDATE data_readings SET summary = json_set(summary, '$.test', 3) WHERE search_id = @id",
  );
  expect(store.dataReadings.branches(damaged)).toEqual([]);
  store.dataReadings.save(damaged, 'ticket', sampleReading());
  expect(store.dataReadings.branches(damaged)).toEqual(['ticket']);
  expect(store.integrityCheck()).toEqual([]);
});

test('a damaged entry of a log is shown as such, among the others', () => {
  const { store, file } = openStore();
  const id = startedSearch(store);
  for (const message of ['one', 'two']) store.log.append(id, { at: 1, severity: 'info', message });
  inspect(file, (database) => database.exec("UPDATE log_entries SET message = 'ten' WHERE id = 1"));
  expect(store.log.list(id, 10).map(({ message }) => message)).toEqual([
    expect.stringContaining('damaged'),
    'two',
  ]);
});

test('a damaged calibration counts as none', () => {
  const { store, file } = openStore();
  store.calibrations.save('a', { dense: 1 });
  inspect(file, (database) => database.exec(`UPDATE calibrations SET times = '{"dense":2}'`));
  expect(store.calibrations.find('a')).toBeUndefined();
});

describe('a damaged sweep', () => {
  test.each([
    ["UPDATE sweeps SET name = 'T'", /^the sweep .* is damaged/],
    ["UPDATE sweeps SET axes = '{}'", /^the sweep .* is damaged/],
    [
      'UPDATE searches SET trainings_total = 77 WHERE id IN (SELECT search_id FROM sweep_points)',
      /^the search .* is damaged: .* its row/,
    ],
    ["UPDATE sweep_points SET point = '{}' WHERE position = 0", undefined],
  ])('(%s) is shown with its searches', (sql, message) => {
    const { store, file } = openStore();
    const points = AXIS.values.map((value) => ({
      ...sampleSearch(),
      values: [{ path: AXIS.path, value }],
    }));
    const { id } = store.sweeps.create('S', [AXIS], points);
    const alone = startedSearch(store);
    inspect(file, (database) => {
      database.pragma('ignore_check_constraints = ON');
      database.exec(sql);
    });
    const { lines } = store.history.lines({ ...QUERY, expanded: [id] });
    expect(lines.map(({ kind, row }) => [kind, row.id])).toEqual(
      expect.arrayContaining([
        ['sweep', id],
        ['search', alone],
      ]),
    );
    expect(lines).toHaveLength(4);
    const sweep = lines.find(({ kind }) => kind === 'sweep')?.row.damage?.message;
    if (message === undefined) expect(sweep).toBeUndefined();
    else expect(sweep).toMatch(message);
    expect(store.sweeps.summaries()).toHaveLength(1);
    expect(store.sweeps.members(id)).toHaveLength(2);
  });
});

describe('what changes a search', () => {
  test('keeps its checksums right', () => {
    const { store } = openStore();
    const id = filled(store);
    store.history.rename(id, 'New');
    store.history.setNote(id, 'a remark');
    store.history.setTags([id], ['a'], ['paper']);
    store.history.setArchived([id], true);
    store.history.markDeleted([id]);
    store.history.unmarkDeleted([id]);
    store.analyses.cancel(id);
    store.searches.setStatus(id, 'interrupted');
    store.searches.begin(id);
    store.searches.start(id, ENVIRONMENT, FINGERPRINT);
    store.searches.addPlugIns(id, []);
    expect(store.integrityCheck()).toEqual([]);
    expect(store.history.get(id).damage).toBeUndefined();
    store.searches.delete(id);
    expect(store.integrityCheck()).toEqual([]);
  });

  test('does not hide damage: a training is still saved, and the row stays damaged', () => {
    const { store, damaged } = damagedBy(
      'UPDATE history SET best_accuracy = 0.5 WHERE search_id = @id',
    );
    store.trainings.save(damaged, sampleTraining(key(1)));
    store.history.setArchived([damaged], true);
    expect(store.trainings.count(damaged)).toBe(2);
    expect(store.history.get(damaged).damage).toBeDefined();
  });

  test('a new name confirms the note and tags as they are', () => {
    const { store, damaged } = damagedBy("UPDATE searches SET name = 'B sample' WHERE id = @id");
    store.history.rename(damaged, 'A sample');
    expect(store.history.get(damaged)).toMatchObject({ name: 'A sample', tags: ['paper'] });
    expect(store.searches.get(damaged).name).toBe('A sample');
    expect(store.integrityCheck()).toEqual([]);
  });
});

describe('the row of the history', () => {
  test('is healed without a backup from settings and trainings', () => {
    const { store, damaged } = damagedBy(
      "UPDATE history SET dataset = 'other', levels = 9 WHERE search_id = @id",
    );
    const before = store.history.get(damaged);
    expect(store.deepCheck([], true)).toMatchObject([{ source: 'its settings', isHealed: true }]);
    expect(store.history.get(damaged)).toMatchObject({ dataset: 'mnist', levels: 2 });
    expect(before.damage).toBeDefined();
    expect(store.integrityCheck()).toEqual([]);
  });

  test('loses only what nothing else tells: a damaged status is that of its trainings', () => {
    const { store, damaged } = damagedBy("UPDATE searches SET status = 'finished' WHERE id = @id");
    const [tried] = store.deepCheck([], false);
    expect(tried?.source).toContain('without the error and the times');
    expect(store.history.get(damaged).damage).toBeDefined();
    store.deepCheck([], true);
    expect(store.searches.get(damaged).status).toBe('interrupted');
    expect(store.integrityCheck()).toEqual([]);
  });
});
