import { describe, expect, it } from 'vitest';
import {
  CHART_PRESET_IDS,
  chartLook,
  type ChartLookChoice,
} from '../../../src/shared/contract/chart-look.ts';

describe('the look of a chart', () => {
  it('is that of its preset, except for what is chosen', () => {
    expect(chartLook()).toMatchObject({ width: 240, height: 150, isTitleShown: true, dpi: 300 });
    expect(chartLook({ preset: 'one-column' })).toMatchObject({
      width: 84,
      fontSize: 8,
      isTitleShown: false,
    });
    expect(chartLook({ preset: 'two-columns', legend: 'right' })).toMatchObject({
      width: 174,
      fontSize: 8,
      legend: 'right',
    });
  });

  it('keeps the shape of its preset unless a height or an aspect is given', () => {
    expect(chartLook({ preset: 'one-column', width: 42 }).height).toBeCloseTo(31.5);
    expect(chartLook({ width: 100, height: 100 }).height).toBe(100);
    expect(chartLook({ width: 100, aspect: 4 }).height).toBe(25);
  });

  it('is possible for every preset', () => {
    for (const preset of CHART_PRESET_IDS) expect(() => chartLook({ preset })).not.toThrow();
  });

  it.each<[ChartLookChoice, string]>([
    [{ width: 5 }, 'the width of the chart is 5 mm; expected 30 to 1000 mm'],
    [{ height: 5000 }, 'the height of the chart is 5000 mm; expected 20 to 1000 mm'],
    [{ width: 1000, aspect: 10, fontSize: 1 }, 'the font size is 1 pt; expected 4 to 48 pt'],
    [{ aspect: 0.001 }, 'expected 0.2 to 10'],
    [{ dpi: Number.NaN }, 'the resolution is no number; expected 50 to 1200 dpi'],
    [{ width: 100, height: 50, aspect: 2 }, 'expected one of them'],
    [{ width: 1000, height: 1000, dpi: 1200 }, 'expected at most 64 million'],
    [{ fontFamily: 'x"; url(evil)' }, 'expected one name'],
    [{ fontFamily: '' }, 'expected one name'],
  ])('%o is refused, and the error says what was expected', (choice, message) => {
    expect(() => chartLook(choice)).toThrow(message);
  });
});
