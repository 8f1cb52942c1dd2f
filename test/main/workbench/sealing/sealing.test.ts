/** Trainings of earlier versions are checked in a thread, and sealed by the workbench. */
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { Store } from '../../../../src/main/store/store.ts';
import { Sealing } from '../../../../src/main/workbench/sealing/sealing.ts';
import { key, sampleTraining } from '../../store/samples.ts';
import { countRows, inspect, openStore, startedSearch } from '../../store/support.ts';

let store: Store;
let file: string;
let id: string;

beforeEach(() => {
  ({ store, file } = openStore());
  id = startedSearch(store);
  for (const replicate of [0, 1]) store.trainings.save(id, sampleTraining(key(replicate)));
});

function newSealing(): Sealing {
  const sealing = new Sealing(store);
  onTestFinished(() => sealing.close());
  return sealing;
}

const makeEarlier = () =>
  inspect(file, (database) => database.exec('DELETE FROM decisive_evaluations'));

it('seals them, and does not look like another process that has changed something', async () => {
  const before = store.trainings.outcomes(id);
  makeEarlier();
  const counter = store.changeCounter();
  expect(await newSealing().run()).toBe(true);
  expect(store.changeCounter()).toBe(counter);
  expect(countRows(file, 'decisive_evaluations')).toBe(2);
  const later = Store.open(file);
  expect(later.trainings.outcomes(id)).toEqual(before);
  later.close();
});

it('runs once, and has nothing to do where all are sealed', async () => {
  const sealing = newSealing();
  expect(await sealing.run()).toBe(false);
  makeEarlier();
  expect(await sealing.run()).toBe(false);
  expect(await newSealing().run()).toBe(true);
});

it('that is closed in between is continued by the next one', async () => {
  makeEarlier();
  const sealing = newSealing();
  const ended = expect(sealing.run()).rejects.toMatchObject({ code: 'unavailable' });
  await sealing.close();
  await ended;
  await sealing.settled();
  expect(store.earlierTrainings.exist()).toBe(true);
  expect(await newSealing().run()).toBe(true);
  expect(store.earlierTrainings.exist()).toBe(false);
});
