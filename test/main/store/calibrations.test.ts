import { expect, test } from 'vitest';
import { inspect, openStore } from './support.ts';

const SPEEDS = [
  { engine: 'sparse', density: 0.5, millisecondsPerIteration: 2, millisecondsPerExample: 0.01 },
] as const;

test('speeds are kept beside the times of steps, and neither is taken for the other', () => {
  const { store } = openStore();
  store.calibrations.saveSpeeds('speeds', SPEEDS);
  store.calibrations.save('steps', { dense: 2 });
  expect(store.calibrations.findSpeeds('speeds')).toEqual(SPEEDS);
  expect(store.calibrations.find('speeds')).toBeUndefined();
  expect(store.calibrations.findSpeeds('steps')).toBeUndefined();
  expect(store.calibrations.findSpeeds('unknown')).toBeUndefined();
});

test.each(['{"dense":"fast"}', '[]', 'null'])(
  'a measurement that is damaged (%s) counts as none, and blocks no other',
  (damaged) => {
    const { store, file } = openStore();
    store.calibrations.save('damaged', { dense: 2, sparse: 1 });
    store.calibrations.save('sound', { dense: 4, sparse: 3 });
    inspect(file, (database) =>
      database.prepare("UPDATE calibrations SET times = ? WHERE key = 'damaged'").run(damaged),
    );
    expect(store.calibrations.find('damaged')).toBeUndefined();
    expect(store.calibrations.find('sound')).toEqual({ dense: 4, sparse: 3 });
    store.calibrations.save('damaged', { dense: 2, sparse: 1 });
    expect(store.calibrations.find('damaged')).toEqual({ dense: 2, sparse: 1 });
  },
);
