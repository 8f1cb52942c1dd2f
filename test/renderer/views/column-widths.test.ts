import { expect, it } from 'vitest';
import {
  LEAST_WIDTH,
  MOST_WIDTH,
  movedTo,
  usableWidth,
  withWidths,
} from '../../../src/renderer/views/history/column-widths.ts';
import { shownColumns } from '../../../src/shared/history/columns.ts';

it('columns are as wide as they were made, within limits', () => {
  expect(usableWidth(0)).toBe(LEAST_WIDTH);
  expect(usableWidth(1000)).toBe(MOST_WIDTH);
  const [name, levels] = withWidths(shownColumns(['levels']), { levels: 9, name: 'wide' });
  expect(levels?.width).toBe(9);
  expect(name?.width).toBe(shownColumns([])[0]?.width);
});

it('columns that nobody has made wider or narrower take more of a wide screen', () => {
  const columns = shownColumns(['levels', 'verdict']);
  const wide = withWidths(columns, { levels: 9 }, 1.5);
  expect(wide.find(({ id }) => id === 'levels')?.width).toBe(9);
  const verdict = columns.find(({ id }) => id === 'verdict')!;
  expect(wide.find(({ id }) => id === 'verdict')?.width).toBe(usableWidth(1.5 * verdict.width));
});

it('columns move anywhere but before the name, which stays first', () => {
  const ids = ['name', 'a', 'b', 'c'];
  expect(movedTo(ids, 'c', 1)).toEqual(['name', 'c', 'a', 'b']);
  expect(movedTo(ids, 'a', 0)).toEqual(['name', 'a', 'b', 'c']);
  expect(movedTo(ids, 'a', 9)).toEqual(['name', 'b', 'c', 'a']);
  expect(movedTo(ids, 'name', 2)).toEqual(ids);
});
