import { describe, expect, it } from 'vitest';
import type { BranchSummary, SearchResult } from '../../../src/shared/domain/search.ts';
import { spreadOf } from '../../../src/shared/domain/statistics.ts';
import {
  describeCorrection,
  describeMark,
  describeSweepCorrection,
  marksOf,
} from '../../../src/shared/domain/verdict-marks.ts';
import type { Verdict } from '../../../src/shared/domain/verdict.ts';

const summary = (verdict: Verdict, control?: readonly [number, number]): BranchSummary => ({
  density: 0.5,
  earlyStopIteration: spreadOf([300]),
  testAccuracy: spreadOf([0.9]),
  testAccuracyAtEarlyStop: spreadOf([0.9]),
  validationLoss: spreadOf([0.1]),
  verdict,
  ...(control
    ? {
        comparedWithTicket: {
          accuracyDifference: {
            mean: (control[0] + control[1]) / 2,
            lower: control[0],
            upper: control[1],
          },
          iterationDifference: { mean: 0, lower: undefined, upper: undefined },
        },
      }
    : {}),
});

const WINNING: Verdict = {
  kind: 'winning',
  reason: '',
  accuracy: 'holds',
  speed: 'open',
  accuracyDifference: { mean: 0.0061, lower: 0.0014, upper: 0.0108 },
  iterationDifference: { mean: -67, lower: -210, upper: 77 },
};

function described(branches: Record<string, BranchSummary>): string[] {
  return marksOf(branches).map(describeMark);
}

describe('the marks of a ticket', () => {
  it('say what holds, what fails and what is open, each with its number', () => {
    expect(
      described({ ticket: summary(WINNING), 'random-reinit': summary(WINNING, [-0.04, -0.02]) }),
    ).toEqual([
      'accuracy holds (+0.61 points [+0.14, +1.08])',
      'speed open (−67 iterations [−210, +77])',
      'control holds (+3.00 points [+2.00, +4.00])',
    ]);
  });

  it.each<[readonly [number, number], string]>([
    [[0, 0.01], 'control fails (−0.50 points [−1.00, 0.00])'],
    [[-0.01, 0.01], 'control open (0.00 points [−1.00, +1.00])'],
  ])('ask the control whether the initial weights matter: %s', (interval, expected) => {
    const branches = { ticket: summary(WINNING), 'random-reinit': summary(WINNING, interval) };
    expect(described(branches)[2]).toBe(expected);
  });

  it('leave the control open where there is none', () => {
    expect(described({ ticket: summary(WINNING) })[2]).toBe(
      'control open (no random-reinit to compare with)',
    );
  });

  it('have no number for speed without a common clock', () => {
    const { iterationDifference: _none, ...verdict } = WINNING;
    expect(described({ ticket: summary(verdict) })[1]).toBe('speed open (not comparable)');
  });

  it('are none without a baseline or with too few replicates', () => {
    expect(described({ ticket: summary({ kind: 'no baseline', reason: '' }) })).toEqual([]);
    expect(described({ ticket: summary({ ...WINNING, kind: 'effect size' }) })).toEqual([]);
    expect(described({})).toEqual([]);
  });
});

describe('the correction for many levels', () => {
  const described = (kinds: readonly Verdict['kind'][], winning: readonly number[]) =>
    describeCorrection({
      levels: kinds.map((kind, index) => ({
        level: index + 1,
        density: 0.8 ** (index + 1),
        branches: { ticket: summary({ ...WINNING, kind }) },
      })),
      holm: { verdicts: kinds.length, winning },
    } as unknown as SearchResult);
  const controlled = 'Holm: the chance of even one false winning ticket among them is kept';

  it('names the smallest ticket that still wins, and what is controlled', () => {
    expect(described(['winning', 'winning', 'inconclusive'], [1, 2])).toBe(
      `Corrected for 3 levels (${controlled}), the smallest winning ticket is level 2, density 64.00 %.`,
    );
  });

  it('says that none is left', () => {
    expect(described(['winning', 'not winning'], [])).toBe(
      `Corrected for 2 levels (${controlled}), none wins.`,
    );
  });

  it('says nothing where there is nothing to correct', () => {
    expect(described(['inconclusive', 'not winning'], [])).toBeUndefined();
    expect(described(['winning'], [1])).toBeUndefined();
  });

  it('of a sweep counts its searches', () => {
    const sweep = { verdicts: 60, searches: 6 };
    expect(describeSweepCorrection({ ...sweep, winning: 2 })).toBe(
      `Corrected for 60 levels of 6 searches (${controlled}), 2 of 6 have a winning ticket.`,
    );
    expect(describeSweepCorrection({ ...sweep, winning: 0 })).toMatch(/, none wins\.$/);
  });
});
