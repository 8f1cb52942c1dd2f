import { describe, expect, it } from 'vitest';
import {
  areEqualDensities,
  pairedDensities,
  sharedDensities,
} from '../../../src/shared/domain/equal-densities.ts';

describe('densities of two searches', () => {
  it('are paired where they are equal, whichever level they are', () => {
    expect(pairedDensities([0.8, 0.64, 0.512], [0.64, 0.41])).toEqual([[1, 0]]);
  });

  it('are never paired where they are not equal', () => {
    expect(pairedDensities([0.8], [0.2])).toEqual([]);
    expect(pairedDensities([0.8, 0.5], [])).toEqual([]);
  });

  it('may round otherwise by up to 3 percent', () => {
    expect(areEqualDensities(0.2, 0.206)).toBe(true);
    expect(areEqualDensities(0.206, 0.2)).toBe(true);
    expect(areEqualDensities(0.2, 0.207)).toBe(false);
  });

  it('are paired once each, with the nearest, where levels are close together', () => {
    const slow = [0.98, 0.9604, 0.9412];
    expect(pairedDensities(slow, slow)).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
    expect(pairedDensities([0.98, 0.97], [0.971])).toEqual([[1, 0]]);
  });
});

describe('densities of several searches', () => {
  it('have a row each, named by the reference where it has them', () => {
    const rows = sharedDensities(
      [
        [1, 0.8],
        [1, 0.81, 0.5],
      ],
      1,
    );
    expect(rows).toEqual([
      { density: 1, places: [0, 0] },
      { density: 0.81, places: [1, 1] },
      { density: 0.5, places: [undefined, 2] },
    ]);
  });

  it('lose no level of a search whose levels are close together', () => {
    const rows = sharedDensities([[1], [1, 0.98, 0.96]]);
    expect(rows.map(({ places }) => places)).toEqual([
      [0, 0],
      [undefined, 1],
      [undefined, 2],
    ]);
  });

  it('stand beside the reference where it has them, however near another search is', () => {
    const rows = sharedDensities([[0.5], [0.52], [0.511]]);
    expect(rows).toEqual([
      { density: 0.52, places: [undefined, 0, undefined] },
      { density: 0.5, places: [0, undefined, 0] },
    ]);
  });
});
