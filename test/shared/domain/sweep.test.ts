import { describe, expect, it } from 'vitest';
import {
  axesOf,
  describeAxes,
  describePoints,
  gridOf,
  MAXIMUM_GRID_POINTS,
  parseSweepArgument,
  shortNames,
  type SweepDraft,
} from '../../../src/shared/domain/sweep.ts';

const valuesOf = (draft: SweepDraft) => axesOf(draft).map(({ values }) => values);

describe('the axes of a sweep', () => {
  it('take lists as they are, also of settings that are lists themselves', () => {
    expect(valuesOf({ branches: [[], ['random-reinit']], 'rewind.id': ['weights'] })).toEqual([
      [[], ['random-reinit']],
      ['weights'],
    ]);
  });

  it('take ranges with both ends, whatever decimals sum up to', () => {
    expect(valuesOf({ a: { from: 0, to: 500, step: 100 } })).toEqual([
      [0, 100, 200, 300, 400, 500],
    ]);
    expect(valuesOf({ a: { from: 0.1, to: 0.3, step: 0.1 } })).toEqual([[0.1, 0.2, 0.3]]);
    expect(valuesOf({ a: { from: 3, to: 1, step: -1 } })).toEqual([[3, 2, 1]]);
    expect(valuesOf({ a: { from: 0, to: 5, step: 2 } })).toEqual([[0, 2, 4]]);
    expect(valuesOf({ a: { from: 0.0001, to: 0.1, factor: 10 } })).toEqual([
      [0.0001, 0.001, 0.01, 0.1],
    ]);
    expect(valuesOf({ a: { from: 8, to: 1, factor: 0.5 } })).toEqual([[8, 4, 2, 1]]);
  });

  it('take ranges of epochs', () => {
    expect(valuesOf({ a: { from: '0.5ep', to: '2ep', step: '0.5ep' } })).toEqual([
      ['0.5ep', '1ep', '1.5ep', '2ep'],
    ]);
    expect(valuesOf({ a: { from: '1ep', to: '8ep', factor: 2 } })).toEqual([
      ['1ep', '2ep', '4ep', '8ep'],
    ]);
  });

  it.each<[string, SweepDraft, RegExp]>([
    ['nothing to sweep', {}, /needs a setting with several values/],
    ['an empty list', { a: [] }, /a has no values/],
    ['a value twice', { a: [1, 2, 1] }, /a has the value 1 twice/],
    ['steps that lead away', { a: { from: 0, to: 5, step: -1 } }, /do not lead from 0 to 5/],
    ['steps of nothing', { a: { from: 0, to: 5, step: 0 } }, /do not lead from 0 to 5/],
    ['a factor from 0', { a: { from: 0, to: 5, factor: 2 } }, /does not lead from 0 to 5/],
    ['a factor that falls', { a: { from: 1, to: 5, factor: 0.5 } }, /does not lead from 1 to 5/],
    [
      'epochs in steps of iterations',
      { a: { from: '1ep', to: '5ep', step: 100 } },
      /a: the range .* is partly in epochs; expected both ends and the step in epochs/,
    ],
    ['too many values', { a: { from: 0, to: 1e9, step: 1 } }, /more than 500 values/],
    ['one value that is no list', { a: 5 as unknown as [] }, /a is 5; expected a list of values/],
    ['nothing for values', { a: null as unknown as [] }, /a is null; expected a list of values/],
    ['no path', { 'a..b': [1] }, /"a\.\.b" is not the path/],
  ])('refuse %s', (_, draft, message) => {
    expect(() => axesOf(draft)).toThrow(message);
  });

  it('refuse a grid that is larger than anybody waits for, and say how it comes about', () => {
    const draft = { a: { from: 1, to: 25, step: 1 }, b: { from: 1, to: 25, step: 1 } };
    expect(() => axesOf(draft)).toThrow(
      `25 × 25 = 625 grid points; expected at most ${MAXIMUM_GRID_POINTS}`,
    );
  });
});

describe('the grid', () => {
  it('has every combination, the last axis varying fastest', () => {
    const grid = gridOf(axesOf({ a: [1, 2], b: ['x', 'y'] }));
    expect(grid.map((point) => point.map(({ value }) => value))).toEqual([
      [1, 'x'],
      [1, 'y'],
      [2, 'x'],
      [2, 'y'],
    ]);
  });

  it('names settings as shortly as they are told apart by', () => {
    const names = shortNames(['training.iterations', 'rewind.iterations', 'rewind.id', 'branches']);
    expect([...names.values()]).toEqual([
      'training.iterations',
      'rewind.iterations',
      'rewind.id',
      'branches',
    ]);
    const axes = axesOf({ 'training.optimizer.learningRate': [0.001], branches: [[]] });
    const [point] = gridOf(axes);
    expect(describePoints(axes)(point!)).toBe('learningRate = 0.001, branches = []');
  });

  it('names entries by their ids and what tells them apart', () => {
    const axes = axesOf({
      'training.optimizer': [
        { id: 'adam', learningRate: 0.001, beta1: 0.9 },
        { id: 'adam', learningRate: 0.002, beta1: 0.9 },
        { id: 'sgd', learningRate: 0.1 },
      ],
    });
    expect(gridOf(axes).map(describePoints(axes))).toEqual([
      'optimizer = adam learningRate 0.001',
      'optimizer = adam learningRate 0.002',
      'optimizer = sgd',
    ]);
    expect(describeAxes([...axes, { path: 'rewind.iteration', values: [0, 500] }])).toBe(
      'optimizer = adam learningRate 0.001, adam learningRate 0.002, sgd; iteration = 0, 500',
    );
  });
});

describe('the command line', () => {
  it.each<[string, SweepDraft]>([
    ['a.b=0.0006,0.0012', { 'a.b': [0.0006, 0.0012] }],
    ['rewind.id=weights,fine-tune', { 'rewind.id': ['weights', 'fine-tune'] }],
    ['a=0..500:100', { a: { from: 0, to: 500, step: 100 } }],
    ['a=1e-4..1e-1:x10', { a: { from: 0.0001, to: 0.1, factor: 10 } }],
    ['a=0.5ep..2ep:0.5ep', { a: { from: '0.5ep', to: '2ep', step: '0.5ep' } }],
    ['a=1ep..8ep:x2', { a: { from: '1ep', to: '8ep', factor: 2 } }],
    ['a=3..1:-1', { a: { from: 3, to: 1, step: -1 } }],
    ['branches=["a","b"],[]', { branches: [['a', 'b'], []] }],
    [
      'rewind={"iteration":0},{"id":"x","k":"},"}',
      { rewind: [{ iteration: 0 }, { id: 'x', k: '},' }] },
    ],
    ['a=true', { a: [true] }],
  ])('reads %s', (text, draft) => {
    expect(parseSweepArgument(text)).toEqual(draft);
  });

  it('says what it expects', () => {
    const readValue = (path: string, value: string) => `${path}: ${value}`;
    expect(parseSweepArgument('a=1,"2,3"', readValue)).toEqual({ a: ['a: 1', 'a: "2,3"'] });
    expect(() => parseSweepArgument('learningRate')).toThrow('is not path=values');
    expect(() => parseSweepArgument('a=1ep..5ep')).toThrow('"a=1ep..5ep" is a range without steps');
    expect(() => parseSweepArgument('a=0..500')).toThrow('is a range without steps');
  });
});
