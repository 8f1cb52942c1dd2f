import { describe, expect, it } from 'vitest';
import {
  choiceOf,
  fieldsFrom,
  fieldsOfPreset,
  problemOf,
  withHeight,
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
    shape: 1.5,
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
    const square = withHeight(withWidth(fields, '50'), '50');
    expect(withWidth(square, '70')).toMatchObject({ width: '70', height: '70' });
  });

  it('is the same after any number of widths, however they are rounded', () => {
    const fields = withHeight(fieldsOfPreset('one-column', 'light'), '61.37');
    const typed = ['8', '', '1', '17', '173', '3', '33', '333', '84'].reduce(withWidth, fields);
    expect(typed).toMatchObject({ width: '84', height: '61.37' });
    expect(withWidth(fieldsFrom({ ...typed }), '168').height).toBe('122.74');
  });

  it('has the shape of its preset where the fields have none, and leaves the height while it is no number', () => {
    const fields = withHeight({ ...fieldsOfPreset('one-column', 'light'), width: '' }, '63');
    expect(withWidth(fields, '84')).toMatchObject({ width: '84', height: '63' });
    expect(withWidth(fields, 'x')).toMatchObject({ width: 'x', height: '63' });
  });
});
