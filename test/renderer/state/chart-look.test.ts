import { describe, expect, it } from 'vitest';
import {
  choiceOf,
  fieldsFrom,
  fieldsOfPreset,
  problemOf,
  withWidth,
} from '../../../src/renderer/state/chart-look.ts';
import { chartLook } from '../../../src/shared/contract/chart-look.ts';

it('begins with one column of a journal', () => {
  expect(chartLook(choiceOf(fieldsFrom({})))).toEqual(chartLook({ preset: 'one-column' }));
});

it('is what was chosen last, and passes over what another version may have kept', () => {
  const kept = { preset: 'page', width: '100', legend: 'nowhere', isTitleShown: false, dpi: 300 };
  expect(fieldsFrom(kept)).toEqual({
    ...fieldsOfPreset('page', 'light'),
    width: '100',
    isTitleShown: false,
  });
  expect(fieldsFrom({ preset: 'none', theme: 'dark' })).toEqual(
    fieldsOfPreset('one-column', 'dark'),
  );
});

it('says what is wrong with a number as it was typed', () => {
  const fields = fieldsOfPreset('page', 'light');
  expect(problemOf(fields)).toBeUndefined();
  expect(problemOf({ ...fields, width: '' })).toBe(
    'the width of the chart is no number; expected 30 to 1000 mm',
  );
  expect(problemOf({ ...fields, fontSize: '100' })).toContain('expected 4 to 48 pt');
});

describe('another width', () => {
  it('keeps the shape of the chart, as --width does', () => {
    const fields = fieldsOfPreset('one-column', 'light');
    expect(withWidth(fields, '120')).toMatchObject({ width: '120', height: '90' });
    const square = { ...fields, width: '50', height: '50' };
    expect(withWidth(square, '70')).toMatchObject({ width: '70', height: '70' });
  });

  it('has the shape of its preset where the fields have none, and leaves the height while it is no number', () => {
    const fields = { ...fieldsOfPreset('one-column', 'light'), width: '' };
    expect(withWidth(fields, '84')).toMatchObject({ width: '84', height: '63' });
    expect(withWidth(fields, 'x')).toMatchObject({ width: 'x', height: '63' });
  });
});
