/** Trainings of earlier versions are checked in a thread, and sealed by the workbench. */
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { Store } from '../../../../src/main/store/store.ts';
import { Sealing } from '../../../../src/main/workbench/sealing/sealing.ts';
import { key, sampleTraining } from '../../store/samples.ts';
import { countRows, openTrained } from '../../store/support.ts';

let store: Store;
let file: string;
let id: string;
let damage: ReturnType<typeof openTrained>['damage'];

beforeEach(() => {
  ({ store, file, id, damage } = openTrained(sampleTraining(key(0)), sampleTraining(key(1))));
});

const makeEarlier = () => damage('DELETE FROM decisive_evaluations');

/** Each training is sealed by itself, and what failed is tried again at once. */
const HASTY = { atOnceMilliseconds: 0, retryMilliseconds: 1 };

function startSealing(times?: typeof HASTY) {
  const sealing = new Sealing(store, times);
  onTestFinished(() => sealing.close());
  const told = { sealed: 0, errors: new Array<unknown>() };
  const ended = sealing.start({
    onChanged: () => {
      told.sealed += 1;
    },
    onError: (error) => told.errors.push(error),
  });
  return { sealing, told, ended };
}

it('seals them, and does not look like another process that has changed something', async () => {
  const before = store.trainings.outcomes(id);
  makeEarlier();
  const counter = store.changeCounter();
  const { told, ended } = startSealing();
  await ended;
  expect(told).toEqual({ sealed: 1, errors: [] });
  expect(store.changeCounter()).toBe(counter);
  expect(countRows(file, 'decisive_evaluations')).toBe(2);
  const later = Store.open(file);
  expect(later.trainings.outcomes(id)).toEqual(before);
  later.close();
});

it('has nothing to do, and tells nothing, where all are sealed', async () => {
  const { told, ended } = startSealing();
  await ended;
  expect(told).toEqual({ sealed: 0, errors: [] });
});

it('that is closed in between is continued by the next one, and tells nothing', async () => {
  makeEarlier();
  const { sealing, told, ended } = startSealing();
  await sealing.close();
  await ended;
  expect(told).toEqual({ sealed: 0, errors: [] });
  expect(store.earlierTrainings.exist()).toBe(true);
  await startSealing().ended;
  expect(store.earlierTrainings.exist()).toBe(false);
});

it('tells what it has sealed before it failed, and why; and is tried again', async () => {
  makeEarlier();
  damage(`CREATE TRIGGER refusal BEFORE INSERT ON decisive_evaluations WHEN new.training_id = 2
    BEGIN SELECT RAISE(ABORT, 'refused by the test'); END`);
  const { told, ended } = startSealing(HASTY);
  await ended;
  expect(told.sealed).toBe(1);
  expect(told.errors).toMatchObject([
    { code: 'store-failed', message: expect.stringContaining('refused by the test') as string },
  ]);
  expect(countRows(file, 'decisive_evaluations')).toBe(1);
  damage('DROP TRIGGER refusal');
  await vi.waitFor(() => expect(told.sealed).toBe(2), 60_000);
  expect(countRows(file, 'decisive_evaluations')).toBe(2);
  expect(told.errors).toHaveLength(1);
});
