import { describe, expect, it } from 'vitest';
import type { BranchSummary } from '../../../src/shared/domain/search.ts';
import { spreadOf } from '../../../src/shared/domain/statistics.ts';
import { describeMark, marksOf } from '../../../src/shared/domain/verdict-marks.ts';
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
