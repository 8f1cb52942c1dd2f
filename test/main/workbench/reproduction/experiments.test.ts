import { describe, expect, it } from 'vitest';
import {
  describeReduction,
  reproducible,
} from '../../../../src/main/workbench/reproduction/experiments.ts';

describe('how a reproduction is smaller than what was published', () => {
  const { reproduction: inFull } = reproducible('conv-2');
  const { reproduction: small } = reproducible('conv-2-small');

  it('is nothing for an experiment in full', () => {
    expect(describeReduction(inFull, { scale: 1 })).toBeUndefined();
  });

  it('is its design, then its size', () => {
    const design = small.scaledDown;
    expect(design).toContain('1,000 of 20,000 iterations');
    expect(describeReduction(small, { scale: 1 })).toBe(design);
    expect(describeReduction(small, { scale: 1, replicates: 2 })).toBe(
      `${design}; then 2 of 3 replicates`,
    );
  });

  it('leaves the claims as they were published', () => {
    expect(small.claims).toEqual(inFull.claims);
  });
});
