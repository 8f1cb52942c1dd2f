import { describe, expect, it } from 'vitest';
import { parseSweepText, sweepDraftOf } from '../../../src/renderer/forms/sweep-text.ts';
import { formatBytes } from '../../../src/renderer/format.ts';

describe('several values as text', () => {
  it.each([
    ['0.1, 0.2,0.4', [0.1, 0.2, 0.4]],
    ['1e-3', [0.001]],
    ['iterative, one-shot', ['iterative', 'one-shot']],
    ['20ep, 500', ['20ep', 500]],
    ['true, false', [true, false]],
    ['[{"id":"adam"},{"id":"sgd"}]', [{ id: 'adam' }, { id: 'sgd' }]],
    ['0..500 step 100', { from: 0, to: 500, step: 100 }],
    ['0.5 .. 64 times 2', { from: 0.5, to: 64, factor: 2 }],
    ['0.5ep..2ep step 0.5ep', { from: '0.5ep', to: '2ep', step: '0.5ep' }],
    ['1ep .. 8ep times 2', { from: '1ep', to: '8ep', factor: 2 }],
    ['-1..1 step 5e-1', { from: -1, to: 1, step: 0.5 }],
  ])('%s', (text, values) => {
    expect(parseSweepText(text)).toEqual({ values });
  });

  it.each(['', ' , ', '1..x step 2'])('means something, or says what is missing: "%s"', (text) => {
    const parsed = parseSweepText(text);
    expect('problem' in parsed || Array.isArray(parsed.values)).toBe(true);
    if (text.trim() === '') expect(parsed).toHaveProperty('problem');
  });
});

it.each(['[[1,2', '[1, 2] 3', '["a"'])('a list that is not JSON yet is a problem: %s', (text) => {
  expect(parseSweepText(text)).toEqual({ problem: expect.stringContaining('not JSON') as string });
});

describe('several values of a text', () => {
  it.each([
    ['1, 2024', ['1', '2024']],
    ['true', ['true']],
    ['1..3 step 1', ['1..3 step 1']],
    ['[a]', ['[a]']],
  ])('are taken as typed: %s', (text, values) => {
    const texts = new Map([['dataset.label', text]]);
    const draft = sweepDraftOf(texts, () => ({ type: 'string' }));
    expect(draft).toEqual({ sweep: { 'dataset.label': values } });
  });
});

it('no value of a sweep is the end of a number with a comma', () => {
  expect(parseSweepText('0,01')).toEqual({ values: [0, '01'] });
});

describe('the size of a download', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [34_100, '34.1 kB'],
    [170_498_071, '170 MB'],
    [1e9, '1 GB'],
  ])('%d', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('the sweep of a form', () => {
  it('has the values of every swept setting', () => {
    const texts = new Map([
      ['training.batchSize', '10, 20'],
      ['dataset.subset', '100..300 step 100'],
    ]);
    expect(sweepDraftOf(texts, () => undefined)).toEqual({
      sweep: {
        'training.batchSize': [10, 20],
        'dataset.subset': { from: 100, to: 300, step: 100 },
      },
    });
  });

  it('is a list of problems, by path, where one text can’t be read', () => {
    const texts = new Map([
      ['training.batchSize', '10, 20'],
      ['dataset.subset', ' , '],
    ]);
    expect(sweepDraftOf(texts, () => undefined)).toEqual({
      problems: [{ path: 'dataset.subset', message: 'Enter values, separated by commas.' }],
    });
  });
});

describe('a range without a step', () => {
  it.each([
    ['1..3', 'Write 1..3 step 1'],
    ['0 .. 500 step', 'Write 0..500 step 1'],
    ['1ep..5ep', 'Write 1ep..5ep step 1ep'],
    ['0.1..0.4', 'Write 0.1..0.4 step 0.1'],
    ['1e-4..1e-1', 'Write 1e-4..1e-1 step 0.1'],
  ])('is one problem, which says what to write: %s', (text, advice) => {
    const texts = new Map([['training.batchSize', text]]);
    const draft = sweepDraftOf(texts, () => undefined);
    expect(draft).toEqual({
      problems: [
        {
          path: 'training.batchSize',
          message: expect.stringContaining(`${advice}, or the values`) as string,
        },
      ],
    });
  });
});
