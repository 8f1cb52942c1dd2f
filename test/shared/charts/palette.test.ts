import { describe, expect, it } from 'vitest';
import {
  DARK_THEME,
  faded,
  LIGHT_THEME,
  pairColour,
  pairDash,
  seriesColour,
  seriesDash,
} from '../../../src/shared/charts/palette.ts';

const different = (count: number, lookOf: (index: number) => string) =>
  new Set(Array.from({ length: count }, (_, index) => lookOf(index))).size;

describe.each([
  ['light', LIGHT_THEME],
  ['dark', DARK_THEME],
])('the lines of a chart in the %s theme', (_name, theme) => {
  it('differ in colour or dashes, up to 32', () => {
    const look = (index: number) => `${seriesColour(theme, index)} ${seriesDash(index).join()}`;
    expect(different(32, look)).toBe(32);
    expect(look(8)).not.toBe(look(0));
  });

  it('of pairs of eight searches differ from each other, and have no colour of a search', () => {
    const look = (index: number) => `${pairColour(theme, index)} ${pairDash(index).join()}`;
    expect(different(28, look)).toBe(28);
    for (const colour of theme.pairs) expect(theme.series).not.toContain(colour);
  });
});

it('a colour can have less ink', () => {
  expect(faded('#0072b2', 0.5)).toBe('#0072b280');
  expect(faded('rgb(1, 2, 3)', 0.25)).toBe('rgba(1, 2, 3, 0.25)');
});
