import { describe, expect, it } from 'vitest';
import type { TrainingOutcome } from '../../../src/shared/domain/training.ts';
import { baseline, compare, judge, type Tolerances } from '../../../src/shared/domain/verdict.ts';
import { outcome } from './outcomes.ts';

const STRICT: Tolerances = { accuracyTolerance: 0, iterationTolerance: 0 };

type Measured = readonly [stop: number, accuracy: number];

function replicates(measured: readonly Measured[], level: number): TrainingOutcome[] {
  return measured.map(([stop, accuracy], replicate) =>
    outcome({ replicate, level, stop, accuracy }),
  );
}

function verdict(
  dense: readonly Measured[],
  ticket: readonly Measured[],
  tolerances = STRICT,
  confidence = 0.95,
) {
  return judge(replicates(dense, 0), replicates(ticket, 1), tolerances, confidence);
}

const DENSE: readonly Measured[] = [
  [400, 0.97],
  [410, 0.971],
  [390, 0.969],
];

describe('judge', () => {
  it('finds a ticket winning that is better and earlier in every replicate', () => {
    const { kind, reason } = verdict(DENSE, [
      [300, 0.975],
      [320, 0.975],
      [280, 0.975],
    ]);
    expect(kind).toBe('winning');
    expect(reason).toBe(
      'test accuracy +0.50 points [+0.25, +0.75] at the early stop, ' +
        'which comes 100 iterations earlier [−125, −75]; ' +
        'both within the tolerance (0.00 points lower, 0 iterations later)',
    );
  });

  it('finds a ticket not winning that is less accurate, however early', () => {
    const { kind, reason } = verdict(DENSE, [
      [100, 0.965],
      [110, 0.965],
      [90, 0.965],
    ]);
    expect(kind).toBe('not winning');
    expect(reason).toContain('the accuracy is beyond the tolerance (0.00 points lower)');
    expect(reason).toContain('test accuracy −0.50 points [−0.75, −0.25]');
  });

  it('finds a ticket not winning that is later, however accurate', () => {
    const { kind, reason } = verdict(DENSE, [
      [600, 0.99],
      [620, 0.99],
      [580, 0.99],
    ]);
    expect(kind).toBe('not winning');
    expect(reason).toContain('200 iterations later [+175, +225]');
    expect(reason).toContain('the early stop is beyond the tolerance (0 iterations later)');
  });

  it('says so when both are worse', () => {
    const { kind, reason } = verdict(DENSE, [
      [600, 0.9],
      [620, 0.9],
      [580, 0.9],
    ]);
    expect(kind).toBe('not winning');
    expect(reason).toContain('both beyond the tolerance');
  });

  it.each<[string, Measured[], string]>([
    [
      'the accuracy',
      [
        [300, 0.98],
        [310, 0.96],
        [290, 0.975],
      ],
      'the accuracy may be beyond the tolerance (0.00 points lower), which 3 replicates can’t decide',
    ],
    [
      'the early stop',
      [
        [300, 0.98],
        [600, 0.981],
        [290, 0.979],
      ],
      'the early stop may be beyond the tolerance (0 iterations later), which 3 replicates can’t decide',
    ],
    [
      'both',
      [
        [300, 0.98],
        [600, 0.96],
        [290, 0.975],
      ],
      'both may be beyond the tolerance (0.00 points lower, 0 iterations later), which 3 replicates can’t decide',
    ],
  ])('is inconclusive where the interval of %s reaches across', (_what, ticket, expected) => {
    const { kind, reason } = verdict(DENSE, ticket);
    expect(kind).toBe('inconclusive');
    expect(reason).toContain(expected);
  });

  it('is inconclusive with a single replicate, however clear it looks', () => {
    const { kind, reason, accuracyDifference } = verdict([[400, 0.9]], [[100, 0.99]]);
    expect(kind).toBe('inconclusive');
    expect(reason).toBe(
      'test accuracy +9.00 points at the early stop, which comes 300 iterations earlier; ' +
        'with one replicate there is no interval to judge by',
    );
    expect(accuracyDifference?.lower).toBeUndefined();
  });

  it('takes differences that are all equal as an interval of width zero', () => {
    const same: Measured[] = [
      [400, 0.97],
      [410, 0.971],
    ];
    expect(verdict(same, same).kind).toBe('winning');
    expect(verdict(same, same).reason).toContain(
      'test accuracy 0.00 points [0.00, 0.00] at the early stop, ' +
        'which comes at the same iteration [0, 0]',
    );
  });

  it('lets a loss of exactly the tolerance pass, whatever its decimals round to', () => {
    const ticket: Measured[] = [
      [400, 0.96],
      [410, 0.961],
      [390, 0.959],
    ];
    // 0.96 − 0.97 is below −0.01 in doubles.
    expect(0.96 - 0.97).toBeLessThan(-0.01);
    const exactly = { accuracyTolerance: 0.01, iterationTolerance: 0 };
    expect(verdict(DENSE, ticket, exactly).kind).toBe('winning');
    const oneExampleLess = { accuracyTolerance: 0.0099, iterationTolerance: 0 };
    expect(verdict(DENSE, ticket, oneExampleLess).kind).toBe('not winning');
  });

  it('allows a later early stop by a fraction of the mean dense one', () => {
    const ticket: Measured[] = [
      [440, 0.97],
      [450, 0.971],
      [430, 0.969],
    ];
    const tenth = { accuracyTolerance: 0, iterationTolerance: 0.1 };
    const lessThanTenth = { accuracyTolerance: 0, iterationTolerance: 0.09 };
    expect(verdict(DENSE, ticket, tenth).kind).toBe('winning');
    expect(verdict(DENSE, ticket, tenth).reason).toContain('40 iterations later)');
    expect(verdict(DENSE, ticket, lessThanTenth).kind).toBe('not winning');
  });

  it('asks more of more confidence', () => {
    const ticket: Measured[] = [
      [300, 0.975],
      [320, 0.975],
      [280, 0.975],
    ];
    expect(verdict(DENSE, ticket, STRICT, 0.95).kind).toBe('winning');
    expect(verdict(DENSE, ticket, STRICT, 0.9999).kind).toBe('inconclusive');
  });

  it('pairs by replicate, in any order, and leaves out what has no partner', () => {
    const dense = replicates(DENSE, 0);
    const ticket = replicates(DENSE, 1).reverse();
    const result = judge(dense, ticket, STRICT, 0.95);
    expect(result.accuracyDifference).toEqual({ mean: 0, lower: 0, upper: 0 });
    const partial = judge(dense, ticket.slice(0, 2), STRICT, 0.95);
    expect(partial.iterationDifference).toEqual({ mean: 0, lower: 0, upper: 0 });
  });

  it('refuses to judge where no replicate has both', () => {
    const dense = [outcome({ replicate: 0 })];
    const ticket = [outcome({ replicate: 1, level: 1 })];
    expect(() => judge(dense, ticket, STRICT, 0.95)).toThrow(RangeError);
  });

  it('says when the dense network had not converged', () => {
    const { reason } = verdict(
      [
        [1000, 0.97],
        [400, 0.97],
      ],
      [
        [300, 0.98],
        [310, 0.98],
      ],
    );
    expect(reason).toContain(
      'in 1 of 2 replicates the early stop of the dense network was its last evaluation: ' +
        'it had not converged, so its early stop is a lower bound',
    );
    expect(reason).not.toContain('the subnetwork had not converged');
  });

  it('says when the subnetwork had not converged', () => {
    const { reason } = verdict(
      [
        [400, 0.97],
        [400, 0.97],
      ],
      [
        [1000, 0.98],
        [1000, 0.98],
      ],
    );
    expect(reason).toContain('the subnetwork had not converged in 2 of 2 replicates');
    expect(reason).not.toContain('the dense network was its last evaluation');
  });
});

describe('baseline', () => {
  it('compares the dense network with nothing', () => {
    expect(baseline([outcome({})])).toEqual({
      kind: 'baseline',
      reason: 'the dense network that every subnetwork is compared with',
    });
  });

  it('says when it had not converged', () => {
    expect(baseline([outcome({ stop: 1000 })]).reason).toContain(
      'in 1 of 1 replicate the early stop of the dense network was its last evaluation',
    );
  });
});

describe('compare', () => {
  it('gives the second minus the first', () => {
    const reference = replicates(DENSE, 0);
    const later = replicates(
      DENSE.map(([stop, accuracy]) => [stop + 50, accuracy] as const),
      1,
    );
    expect(compare(reference, later, 0.95).iterationDifference).toEqual({
      mean: 50,
      lower: 50,
      upper: 50,
    });
  });
});
