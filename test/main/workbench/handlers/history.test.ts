/** The table of all searches as a file. */
import path from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { CALLS } from '../../../../src/shared/contract/calls.ts';
import { SearchHistory } from '../../../../src/main/workbench/history/search-history.ts';
import { key, sampleTraining } from '../../store/samples.ts';
import { inspect, startedSearch } from '../../store/support.ts';
import { openTestWorkbench, type TestWorkbench } from './support.ts';

const DIFFERENCE = 'test_accuracy_fraction_minus_baseline';

let test: TestWorkbench;
let ids: readonly string[];

beforeEach(() => {
  test = openTestWorkbench();
  ids = [0, 1].map((index) => {
    const id = startedSearch(test.store);
    for (const replicate of [0, 1]) {
      for (const level of [0, 1]) {
        const { evaluations, ...training } = sampleTraining(key(replicate, level));
        const shifted = evaluations.map((each) => ({
          ...each,
          testAccuracy: each.testAccuracy! / (1 + index),
        }));
        test.store.trainings.save(id, { ...training, evaluations: shifted });
      }
    }
    new SearchHistory(test.store).summarize(id);
    return id;
  });
});

const change = (sql: string) =>
  inspect(path.join(test.store.directory, 'workbench.sqlite'), (database) => database.exec(sql));

const asked = () => ({ columns: ['name', 'baseline-accuracy'], baseline: ids[0]! });

async function exported() {
  const file = await test.client.call('history.export', asked());
  const text = new TextDecoder().decode(file.bytes);
  const [heading, ...rows] = text.split('\r\n').map((line) => line.split(','));
  const place = heading!.indexOf(DIFFERENCE);
  return { file, text, difference: rows.find(([id]) => id === ids[1])?.[place] };
}

it('is read by a thread: nothing that a window asks for waits for it', async () => {
  const read = [
    vi.spyOn(test.store.history, 'many'),
    vi.spyOn(test.store.history, 'ids'),
    vi.spyOn(test.store.trainings, 'earlyStops'),
  ];
  const { file, text, difference } = await exported();
  for (const each of read) expect(each).not.toHaveBeenCalled();
  expect(file).toMatchObject({ name: 'history.csv', mediaType: 'text/csv' });
  expect(Number(difference)).toBeLessThan(0);
  const query = CALLS['history.export'].input.parse(asked());
  expect(text).toBe(new SearchHistory(test.store).csv(query));
});

it('lacks no difference of trainings of earlier versions, sealed or not', async () => {
  const { text } = await exported();
  change('DELETE FROM decisive_evaluations');
  // As after a failed sealing, and while one runs.
  expect((await exported()).text).toBe(text);
  expect(test.store.earlierTrainings.exist()).toBe(true);
});

it('has the effect sizes that searches of earlier versions lack: a thread computes them', async () => {
  const { text } = await exported();
  change('DELETE FROM search_effects');
  const read = vi.spyOn(test.store.trainings, 'outcomes');
  expect((await exported()).text).toBe(text);
  expect(read).not.toHaveBeenCalled();
});

it('says what is wrong with the question', async () => {
  const unknown = test.client.call('history.export', { columns: ['nmae'] });
  await expect(unknown).rejects.toMatchObject({ code: 'invalid-argument' });
  const gone = test.client.call('history.export', { columns: ['name'], baseline: 'gone' });
  await expect(gone).rejects.toMatchObject({ code: 'not-found' });
  expect(test.faults).toEqual([]);
});
