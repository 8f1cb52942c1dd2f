import { describe, expect, it } from 'vitest';
import type { Settings } from '../../../src/shared/domain/settings.ts';
import {
  branchAt,
  type CurvePlace,
  curvesAt,
  densityPlaces,
  levelPlaces,
  somePlaces,
  tickedPlaces,
  toggled,
} from '../../../src/renderer/views/shared/curve-places.ts';
import {
  choiceAsJson,
  choiceFrom,
  MEAN_OF_TICKETS,
} from '../../../src/renderer/views/shared/curve-choice.ts';
import { FAKE_SETTINGS } from '../support/fake-catalog.ts';

const search = (...densities: readonly number[]) => ({
  densities: Float64Array.from(densities),
  settings: {
    ...FAKE_SETTINGS,
    pruning: { ...FAKE_SETTINGS.pruning, levels: densities.length - 1 },
  },
});
const keysOf = (places: readonly CurvePlace[]) => places.map(({ key }) => key);

describe('levels of one search', () => {
  it('are named with their densities', () => {
    expect(levelPlaces(search(1, 0.8)).map(({ label }) => label)).toEqual([
      '0 (dense)',
      '1 (80 %)',
    ]);
  });

  it.each([
    [0, [0]],
    [3, [0, 1, 2, 3]],
    [30, [0, 6, 12, 18, 24, 30]],
    [7, [0, 1, 3, 4, 6, 7]],
  ])('of %i levels some are shown, from the dense network to the last', (last, levels) => {
    const densities = Array.from({ length: last + 1 }, (_, level) => 0.8 ** level);
    expect(keysOf(somePlaces(levelPlaces(search(...densities))))).toEqual(levels);
  });
});

describe('densities of several searches', () => {
  const places = densityPlaces([search(1, 0.8, 0.64, 0.51), search(1, 0.641, 0.2)], 0);

  it('are shared where they are equal, and say who has them', () => {
    expect(places.map(({ label }) => label)).toEqual([
      '100 % (dense)',
      '80 %, 1 of 2 searches',
      '64 %',
      '51 %, 1 of 2 searches',
      '20 %, 1 of 2 searches',
    ]);
    expect(places[2]?.levels).toEqual([2, 1]);
  });

  it('are shown at first where all searches have them', () => {
    expect(keysOf(somePlaces(places))).toEqual([1, 0.64]);
  });

  it('are shown anyway where searches share only the dense network', () => {
    expect(keysOf(somePlaces(densityPlaces([search(1, 0.8), search(1, 0.2)], 0)))).toEqual([
      1, 0.8, 0.2,
    ]);
  });

  it('are few where there are many searches', () => {
    const many = Array.from({ length: 8 }, () => search(1, 0.8, 0.64, 0.51, 0.41));
    expect(keysOf(somePlaces(densityPlaces(many, 0)))).toEqual([1, 0.41]);
  });

  it('stay ticked when another search names them', () => {
    const others = densityPlaces([search(1, 0.8, 0.64, 0.51), search(1, 0.641, 0.2)], 1);
    expect(keysOf(tickedPlaces(others, [0.64], true))).toEqual([0.641]);
  });

  it('are some again where none of those that were ticked is there', () => {
    expect(tickedPlaces(places, [0.3], true)).toEqual(somePlaces(places));
    expect(tickedPlaces(places, [], true)).toEqual([]);
  });

  it('are ticked and no longer ticked one by one', () => {
    expect(toggled(places.slice(0, 2), places[2]!)).toEqual([1, 0.8, 0.64]);
    expect(toggled(places.slice(0, 2), places[0]!)).toEqual([0.8]);
  });
});

describe('trainings of a branch', () => {
  const settings: Settings = FAKE_SETTINGS;
  const curve = (level: number, branch: string) => ({
    key: { replicate: 0, level, branch },
    density: 1,
    isFinished: true,
    isWhole: true,
    iterations: [],
    validationLoss: [],
    testLoss: [],
    validationAccuracy: [],
    testAccuracy: [],
  });
  const curves = [curve(0, 'ticket'), curve(1, 'ticket'), curve(1, 'random-reinit')];

  it('start with the dense network, which is that of the ticket', () => {
    expect(branchAt(0, 'random-reinit', settings)).toBe('ticket');
    expect(branchAt(1, 'random-reinit', settings)).toBe('random-reinit');
    expect(curvesAt({ settings, curves }, 0, 'random-reinit')).toEqual([curves[0]]);
    expect(curvesAt({ settings, curves }, 1, 'random-reinit')).toEqual([curves[2]]);
    expect(curvesAt({ settings, curves }, 1, 'all')).toHaveLength(2);
  });
});

describe('what is shown of curves', () => {
  it('comes back as it was kept', () => {
    const choice = { replicate: '1', branch: 'random-reinit', ticked: [1, 0.5] };
    expect(choiceFrom(choiceAsJson(choice), MEAN_OF_TICKETS)).toEqual(choice);
  });

  it('is as usual where what was kept is of another kind', () => {
    const strange = { replicate: 3, branch: null, ticked: 'all' };
    expect(choiceFrom(strange, MEAN_OF_TICKETS)).toEqual(MEAN_OF_TICKETS);
  });
});
