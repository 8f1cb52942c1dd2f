import { expect, it } from 'vitest';
import { withRoom } from '../../../src/shared/charts/axis-ticks.ts';

const DENSITIES = [100, 80, 64, 51.2, 41, 32.8, 26.2, 21, 16.8, 13.4, 10.7, 8.59, 6.87, 5.5];
const axis = { min: 5.5, max: 100, fontSize: 12 };

it('all ticks of a wide axis have room, and on a narrow one those that stay apart', () => {
  expect(withRoom(DENSITIES, String, { ...axis, length: 1200 })).toEqual(DENSITIES);
  const narrow = withRoom(DENSITIES, String, { ...axis, length: 250 });
  expect(narrow[0]).toBe(100);
  expect(narrow.length).toBeGreaterThan(3);
  const places = narrow.map((tick) => (250 * Math.log(tick / 5.5)) / Math.log(100 / 5.5));
  // Four letters of 7.2 pixels, and a gap.
  for (const [index, place] of places.slice(1).entries()) {
    expect(places[index]! - place).toBeGreaterThan(24);
  }
});
