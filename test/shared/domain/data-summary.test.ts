import { describe, expect, it } from 'vitest';
import { describeLeftOut } from '../../../src/shared/domain/data-summary.ts';

describe('what is left out', () => {
  it.each([
    [
      {
        what: 'images',
        count: 3,
        reason: 'they lie beside others',
        setting: 'dataset.otherFormats',
      },
      'images (3): they lie beside others; see dataset.otherFormats',
    ],
    [
      { what: 'columns', count: 1, reason: 'dataset.ignore names them', setting: 'dataset.ignore' },
      'columns (1): dataset.ignore names them',
    ],
    [
      { what: 'the folder "notes"', count: 1, reason: 'it has the name of no set' },
      'the folder "notes": it has the name of no set',
    ],
    [
      { what: 'training examples', count: 49_000, reason: 'they are not in the subset' },
      'training examples (49,000): they are not in the subset',
    ],
  ])('is told with its number, its reason and its setting', (leftOut, text) => {
    expect(describeLeftOut(leftOut)).toBe(text);
  });
});
