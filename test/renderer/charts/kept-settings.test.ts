import { expect, it } from 'vitest';
import {
  kindOf,
  settingsAsJson,
  settingsFrom,
} from '../../../src/renderer/charts/kept-settings.ts';

it('keeps settings by what a chart shows', () => {
  const titles = { xTitle: 'Density (%)', yTitle: 'Test accuracy (%)' };
  expect(kindOf(titles)).not.toBe(kindOf({ ...titles, yTitle: 'Early-stop iteration' }));
});

it('gives back what was kept', () => {
  const settings = { band: 'interval', smoothing: 0.8, isYLogarithmic: false } as const;
  expect(settingsFrom(settingsAsJson(settings))).toEqual(settings);
});

it('takes nothing that does not fit', () => {
  const initial = { band: 'range', smoothing: 0 };
  expect(settingsFrom(undefined)).toEqual(initial);
  expect(settingsFrom({ band: 'cloud', smoothing: 2, isXLogarithmic: 'yes' })).toEqual(initial);
});
