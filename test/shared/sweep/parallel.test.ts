import { describe, expect, it } from 'vitest';
import {
  brushBetween,
  lineNear,
  type ParallelPlot,
  parallelPlot,
  remainingLines,
  shareOnAxis,
  stepped,
  stopRange,
} from '../../../src/shared/sweep/parallel.ts';
import { LAST_TICKET } from '../../../src/shared/sweep/sweep-target.ts';
import { THREE_SETTINGS, TWO_SETTINGS } from '../../support/sample-sweeps.ts';
import { loadedSweep, resultAt } from './loaded-sweep.ts';

const QUESTION = { metric: 'accuracy', branch: 'ticket', target: LAST_TICKET } as const;

describe('parallel coordinates', () => {
  const three = loadedSweep(THREE_SETTINGS);
  const plot = parallelPlot(three.axes, three.results, QUESTION);

  it('have an axis for every setting and the metric, and a line for every search', () => {
    expect(plot.axes.map(({ title }) => title)).toEqual([
      'learningRate',
      'batchSize',
      'fraction',
      'Test accuracy (%)',
    ]);
    expect(plot.lines).toHaveLength(27);
    expect(plot.lines[0]!.places.slice(0, 3)).toEqual([0, 0, 0]);
    expect(plot.axes[0]!.stops.map(({ text }) => text)).toEqual(['0.0003', '0.001', '0.003']);
  });

  it('keep the lines that cross every brush', () => {
    expect(remainingLines(plot.lines, {})).toHaveLength(27);
    expect(remainingLines(plot.lines, { 0: { from: 1, to: 1 } })).toHaveLength(9);
    const both = { 0: { from: 1, to: 1 }, 2: { from: 0, to: 1 } };
    const left = remainingLines(plot.lines, both);
    expect(left).toHaveLength(6);
    expect(left.every(({ places }) => places[0] === 1 && places[2]! <= 1)).toBe(true);
  });

  it('drop lines without the metric where it is brushed', () => {
    const two = loadedSweep(TWO_SETTINGS);
    const partial = parallelPlot(two.axes, two.results, QUESTION);
    const { from, to } = partial.axes[2]!;
    expect(partial.lines).toHaveLength(12);
    expect(remainingLines(partial.lines, { 2: { from, to } })).toHaveLength(9);
    const failed = resultAt(two, 0.003, 30).searchId;
    const line = partial.lines.find(({ searchId }) => searchId === failed)!;
    expect(line.places).toEqual([3, 0, undefined]);
    expect(line.text).toContain('nothing yet');
  });

  it('are at the ends of their axes with the lowest and the highest value', () => {
    const metric = plot.axes[3]!;
    expect(shareOnAxis(metric, metric.from)).toBe(0);
    expect(shareOnAxis(metric, metric.to)).toBe(1);
    expect(shareOnAxis({ ...metric, to: metric.from }, metric.from)).toBe(0.5);
  });
});

const axis = {
  title: 'batchSize',
  from: 0,
  to: 3,
  stops: ['15', '30', '60', '120'].map((text, at) => ({ at, text })),
  ticks: [],
};

describe('a brush', () => {
  it('reaches from the first to the last stop that it was dragged over', () => {
    expect(brushBetween(axis, 2.4, 0.6)).toEqual({ from: 1, to: 2 });
    expect(brushBetween(axis, 1.1, 1.9)).toBeUndefined();
  });

  it('is moved stop by stop, and its ends do not pass each other', () => {
    expect(stepped(axis, undefined, 'from', 1)).toEqual({ from: 1, to: 3 });
    expect(stepped(axis, { from: 1, to: 3 }, 'to', -1)).toEqual({ from: 1, to: 2 });
    expect(stepped(axis, { from: 1, to: 2 }, 'to', -9)).toEqual({ from: 1, to: 1 });
    expect(stepped(axis, { from: 1, to: 2 }, 'from', 9)).toEqual({ from: 2, to: 2 });
  });

  it('is gone when it covers everything again', () => {
    expect(stepped(axis, { from: 1, to: 3 }, 'from', -1)).toBeUndefined();
  });

  it('keeps its stops while others come and go', () => {
    expect(stopRange(axis, { from: 0.5, to: 2.5 })).toEqual({ from: 1, to: 2 });
    expect(stopRange(axis, undefined)).toEqual({ from: 0, to: 3 });
    expect(stopRange({ ...axis, stops: [] }, undefined)).toEqual({ from: 0, to: 0 });
  });
});

it('finds the line that is pointed at, between two axes', () => {
  const line = (searchId: string, ...places: (number | undefined)[]) => ({
    searchId,
    text: searchId,
    places,
  });
  const crossing: ParallelPlot = {
    axes: [axis, axis, axis],
    lines: [line('rising', 0, 3, 3), line('falling', 3, 0, undefined)],
  };
  expect(lineNear(crossing, 0.25, 0.25, 0.05)?.searchId).toBe('rising');
  expect(lineNear(crossing, 0.25, 0.75, 0.05)?.searchId).toBe('falling');
  expect(lineNear(crossing, 0.25, 0.5, 0.05)).toBeUndefined();
  expect(lineNear(crossing, 1.9, 0.1, 0.05)).toBeUndefined();
});
