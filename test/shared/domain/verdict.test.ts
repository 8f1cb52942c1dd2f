import { describe, expect, it } from 'vitest';
import { compare, type Rules } from '../../../src/shared/domain/comparison.ts';
import { packMask } from '../../../src/shared/domain/mask.ts';
import type { TrainingOutcome } from '../../../src/shared/domain/training.ts';
import { baseline, holm, judge } from '../../../src/shared/domain/verdict.ts';
import { outcome } from './outcomes.ts';

/** Nothing is tolerated, and hardly anything is left open by the measurement. */
const STRICT: Rules = {
  accuracyTolerance: 0,
  iterationTolerance: 0,
  confidence: 0.95,
  evaluateEvery: 0.1,
  testSet: { examples: 1e8, commonestClass: 0.1 },
  hasCommonClock: true,
};

type Measured = readonly [stop: number, accuracy: number];

function replicates(measured: readonly Measured[], level: number): TrainingOutcome[] {
  return measured.map(([stop, accuracy], replicate) =>
    outcome({ replicate, level, stop, accuracy }),
  );
}

function verdict(
  dense: readonly Measured[],
  ticket: readonly Measured[],
  rules: Partial<Rules> = {},
) {
  return judge(replicates(dense, 0), replicates(ticket, 1), { ...STRICT, ...rules });
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
      'test accuracy +0.50 points [+0.25, +0.75] (seeds ±0.25, test set at most ±0.00) at the early stop, ' +
        'which comes 100 iterations earlier [−125, −75] (seeds ±25, evaluation interval ±0); ' +
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

  it.each<[string, Measured[], string, string]>([
    [
      'the accuracy',
      [
        [300, 0.98],
        [310, 0.96],
        [290, 0.975],
      ],
      'inconclusive',
      'the accuracy may be beyond the tolerance (0.00 points lower), which 3 replicates can’t decide',
    ],
    [
      'the early stop',
      [
        [300, 0.98],
        [600, 0.981],
        [290, 0.979],
      ],
      'speed open',
      'the accuracy holds; the early stop may be beyond the tolerance (0 iterations later), which 3 replicates can’t decide',
    ],
    [
      'both',
      [
        [300, 0.98],
        [600, 0.96],
        [290, 0.975],
      ],
      'inconclusive',
      'both may be beyond the tolerance (0.00 points lower, 0 iterations later), which 3 replicates can’t decide',
    ],
  ])(
    'is undecided where the interval of %s reaches across',
    (_what, ticket, undecided, expected) => {
      const { kind, reason } = verdict(DENSE, ticket);
      expect(kind).toBe(undecided);
      expect(reason).toContain(expected);
    },
  );

  it.each([1, 2])('gives an effect size with %s replicates, however clear it looks', (count) => {
    const dense = DENSE.slice(0, count);
    const ticket: Measured[] = dense.map(([stop, accuracy]) => [stop - 300, accuracy + 0.02]);
    const { kind, reason } = verdict(dense, ticket);
    expect(kind).toBe('effect size');
    expect(reason).toMatch(/^test accuracy \+2.00 points.* 300 iterations earlier/);
    expect(reason).toContain('fewer than 3 replicates give an effect size, not a verdict');
  });

  it('is not certain because of ties: without any spread there is no interval', () => {
    const { kind, accuracy, speed } = verdict(DENSE, DENSE, {
      testSet: undefined,
      evaluateEvery: 0,
    });
    expect({ kind, accuracy, speed }).toEqual({
      kind: 'inconclusive',
      accuracy: 'open',
      speed: 'open',
    });
  });

  describe('of a test set', () => {
    const same: Measured[] = Array.from({ length: 5 }, () => [300, 0.9]);
    const later: Measured[] = same.map(([stop]) => [stop - 100, 0.9]);
    const testSet = { examples: 1000, commonestClass: 0.1 };

    it('is never more certain than its examples allow, whatever the replicates agree on', () => {
      const { accuracyDifference: difference } = verdict(same, later, { testSet });
      // √(2 · 0.9 · 0.1 / 1000) is 1.34 points.
      expect(difference!.upper! * 100).toBeCloseTo(1.96 * 1.34, 1);
      expect(difference!.margins!.seeds).toBe(0);
      expect(difference!.margins!.measurement).toBe(difference!.upper);
    });

    it('says which part of the interval is seeds and which is test set', () => {
      const spread: Measured[] = [
        [300, 0.9],
        [310, 0.91],
        [290, 0.89],
      ];
      const ticket: Measured[] = [
        [200, 0.93],
        [210, 0.93],
        [190, 0.93],
      ];
      expect(verdict(spread, ticket, { testSet }).reason).toMatch(
        /^test accuracy \+3.00 points \[.*\] \(seeds ±\d\.\d\d, test set at most ±\d\.\d\d\) at/,
      );
    });

    it('decides with a tolerance that it can resolve, and not below', () => {
      const rules = { testSet, evaluateEvery: 10 };
      expect(verdict(same, later, { ...rules, accuracyTolerance: 0.03 }).kind).toBe('winning');
      expect(verdict(same, later, { ...rules, accuracyTolerance: 0.02 }).kind).toBe('inconclusive');
    });

    it('leaves an error even where every example is classified alike', () => {
      const perfect: Measured[] = same.map(([stop]) => [stop, 1]);
      const { lower } = verdict(perfect, perfect, { testSet }).accuracyDifference!;
      expect(lower).toBeLessThan(0);
    });
  });

  describe('of test examples that are known one by one', () => {
    const testSet = { examples: 1000, commonestClass: 0.1 };
    /** The first `errors` of 1000 examples are wrong, but for those that are `gained`. */
    const correctBut = (errors: number, gained: number): Uint8Array =>
      packMask(
        Uint8Array.from({ length: 1000 }, (_, index) => Number(index >= errors || index < gained)),
      );
    const known = (level: number, correct: readonly Uint8Array[]): TrainingOutcome[] =>
      correct.map((correctAtEarlyStop, replicate) => ({
        ...outcome({ replicate, level, stop: 300 - 100 * level, accuracy: 0.9 + level / 100 }),
        correctAtEarlyStop,
      }));
    const dense = known(
      0,
      Array.from({ length: 3 }, () => correctBut(100, 0)),
    );
    const ticket = known(
      1,
      Array.from({ length: 3 }, () => correctBut(100, 10)),
    );
    const rules = { ...STRICT, testSet };

    it('wins where the networks differ on few examples', () => {
      const { kind, reason } = judge(dense, ticket, rules);
      expect(kind).toBe('winning');
      // √((12 / 1002 − (10 / 1002)²) / 1000) is 0.34 points.
      expect(reason).toContain('(seeds ±0.00, test set ±0.68)');
    });

    it.each<[string, Uint8Array | undefined]>([
      ['a network lacks them', undefined],
      ['they are of another test set', new Uint8Array(124)],
    ])('is bounded where %s', (_where, correctAtEarlyStop) => {
      const [first, ...others] = ticket;
      const { kind, reason } = judge(dense, [{ ...first!, correctAtEarlyStop }, ...others], rules);
      expect(kind).toBe('inconclusive');
      expect(reason).toMatch(/\(seeds ±0\.00, test set at most ±2\.\d\d\)/);
    });
  });

  it('knows early stops to the nearest evaluation only', () => {
    const ticket: Measured[] = DENSE.map(([stop, accuracy]) => [stop, accuracy + 0.01]);
    const testSet = { examples: 100_000, commonestClass: 0.1 };
    const rules = { testSet, iterationTolerance: 0.1 };
    // 40 iterations are allowed; the error is evaluateEvery / √18.
    expect(verdict(DENSE, ticket, { ...rules, evaluateEvery: 50 }).kind).toBe('winning');
    expect(verdict(DENSE, ticket, { ...rules, evaluateEvery: 100 }).kind).toBe('speed open');
  });

  it('allows a later early stop by a fraction of the mean dense one', () => {
    const ticket: Measured[] = [
      [440, 0.98],
      [450, 0.983],
      [430, 0.98],
    ];
    expect(verdict(DENSE, ticket, { iterationTolerance: 0.11 }).kind).toBe('winning');
    expect(verdict(DENSE, ticket, { iterationTolerance: 0.11 }).reason).toContain(
      '44 iterations later)',
    );
    expect(verdict(DENSE, ticket, { iterationTolerance: 0.09 }).kind).toBe('not winning');
  });

  it('asks more of more confidence', () => {
    const ticket: Measured[] = [
      [300, 0.975],
      [320, 0.975],
      [280, 0.975],
    ];
    expect(verdict(DENSE, ticket, { confidence: 0.95 }).kind).toBe('winning');
    expect(verdict(DENSE, ticket, { confidence: 0.9999 }).kind).toBe('inconclusive');
  });

  it('pairs by replicate, in any order, and leaves out what has no partner', () => {
    const dense = replicates(DENSE, 0);
    const ticket = replicates(DENSE, 1).reverse();
    expect(judge(dense, ticket, STRICT).accuracyDifference).toMatchObject({ mean: 0 });
    const partial = judge(dense, ticket.slice(0, 2), STRICT);
    expect(partial.kind).toBe('effect size');
    expect(partial.iterationDifference).toMatchObject({ mean: 0 });
  });

  it('refuses to judge where no replicate has both', () => {
    const dense = [outcome({ replicate: 0 })];
    const ticket = [outcome({ replicate: 1, level: 1 })];
    expect(() => judge(dense, ticket, STRICT)).toThrow(RangeError);
  });

  describe('with an early stop at the last evaluation', () => {
    const converged: Measured[] = [
      [400, 0.97],
      [410, 0.971],
      [390, 0.969],
    ];
    const better: Measured[] = [
      [300, 0.98],
      [310, 0.981],
      [280, 0.98],
    ];
    const censored = (measured: readonly Measured[], count: number): Measured[] =>
      measured.map(([stop, accuracy], index) => [index < count ? 1000 : stop, accuracy]);

    it('leaves speed open if a subnetwork had not converged, and says to train longer', () => {
      const { kind, accuracy, speed, reason } = verdict(converged, censored(better, 1));
      expect({ kind, accuracy, speed }).toEqual({
        kind: 'speed open',
        accuracy: 'holds',
        speed: 'open',
      });
      expect(reason).toContain('the subnetwork had not converged in 1 of 3 replicates');
      expect(reason).toContain('train longer to decide about speed');
    });

    it('leaves speed open if neither had', () => {
      expect(verdict(censored(converged, 3), censored(better, 3)).speed).toBe('open');
    });

    it('decides if the order is certain: the subnetwork stopped, the dense network had not', () => {
      const { kind, reason } = verdict(censored(converged, 3), better);
      expect(kind).toBe('winning');
      expect(reason).toContain(
        'in 3 of 3 replicates the early stop of the dense network was its last evaluation: ' +
          'it had not converged, so its early stop is a lower bound',
      );
      expect(reason).not.toContain('the subnetwork had not converged');
    });

    it('never finds a subnetwork too late beside a dense network that had not converged', () => {
      const late: Measured[] = [
        [900, 0.98],
        [910, 0.982],
        [900, 0.981],
      ];
      expect(verdict(converged, late).kind).toBe('not winning');
      expect(verdict(censored(converged, 1), late).kind).not.toBe('not winning');
    });

    it('is still not winning if the accuracy fails', () => {
      const worse: Measured[] = censored(better, 3).map(([stop], index) => [
        stop,
        0.9 + index / 1000,
      ]);
      expect(verdict(converged, worse).kind).toBe('not winning');
    });
  });

  describe('without a baseline', () => {
    it('lets nothing win over a dense network that was best before its first step', () => {
      const diverged: Measured[] = DENSE.map(([, accuracy], index) =>
        index === 0 ? [0, 0.5] : [400, accuracy],
      );
      const { kind, reason } = verdict(diverged, [
        [300, 0.98],
        [310, 0.981],
        [290, 0.98],
      ]);
      expect(kind).toBe('no baseline');
      expect(reason).toBe(
        'the dense network did not learn: in 1 of 3 replicates its validation loss was lowest ' +
          'before the first step; try another learning rate, more iterations or other data',
      );
    });

    it('compares the dense network with always answering the commonest class', () => {
      const guessing: Measured[] = [
        [400, 0.52],
        [410, 0.49],
        [390, 0.51],
      ];
      const ticket: Measured[] = guessing.map(([stop]) => [stop - 100, 0.9]);
      const half = { examples: 1000, commonestClass: 0.5 };
      const { kind, reason } = verdict(guessing, ticket, { testSet: half });
      expect(kind).toBe('no baseline');
      expect(reason).toContain('test accuracy of 50.67 % is not clearly above the 50.00 %');
      const tenth = { examples: 1000, commonestClass: 0.1 };
      expect(verdict(guessing, ticket, { testSet: tenth }).kind).not.toBe('no baseline');
    });

    it('needs no second replicate to see it', () => {
      const half = { examples: 200, commonestClass: 0.5 };
      expect(verdict([[400, 0.55]], [[300, 0.9]], { testSet: half }).kind).toBe('no baseline');
      expect(verdict([[400, 0.75]], [[300, 0.9]], { testSet: half }).kind).toBe('effect size');
    });
  });

  it('gives no verdict on speed without a common clock', () => {
    const { kind, speed, reason, iterationDifference } = verdict(
      DENSE,
      [
        [100, 0.98],
        [110, 0.981],
        [90, 0.98],
      ],
      { hasCommonClock: false },
    );
    expect(kind).toBe('speed open');
    expect(speed).toBe('open');
    expect(iterationDifference).toBeUndefined();
    expect(reason).toContain('the early stops have no common clock');
    expect(reason).not.toContain('earlier');
  });
});

describe('the p-value of a verdict', () => {
  const ticket: Measured[] = [
    [300, 0.975],
    [320, 0.975],
    [280, 0.975],
  ];

  it('is at most α/2 exactly where the ticket wins', () => {
    const { chance } = verdict(DENSE, ticket);
    expect(chance).toBeGreaterThan(0);
    expect(verdict(DENSE, ticket, { confidence: 1 - 2 * chance! - 1e-6 }).kind).toBe('winning');
    expect(verdict(DENSE, ticket, { confidence: 1 - 2 * chance! + 1e-6 }).kind).not.toBe('winning');
  });
});

describe('holm', () => {
  it('compares the smallest with α/2 over all, the next over one less', () => {
    expect(holm([0.012, 0.008, 0.02], 0.95)).toEqual([true, true, true]);
    expect(holm([0.013, 0.008, 0.02], 0.95)).toEqual([false, true, false]);
    expect(holm([0.009, 0.02, 0.02], 0.95)).toEqual([false, false, false]);
  });

  it('counts verdicts that can’t win', () => {
    expect(holm([0.02], 0.95)).toEqual([true]);
    expect(holm([0.02, undefined], 0.95)).toEqual([false, false]);
    expect(holm([], 0.95)).toEqual([]);
  });
});

describe('baseline', () => {
  it('compares the dense network with nothing', () => {
    expect(baseline([outcome({})], STRICT)).toEqual({
      kind: 'baseline',
      reason: 'the dense network that every subnetwork is compared with',
    });
  });

  it('says when it had not converged', () => {
    expect(baseline([outcome({ stop: 1000 })], STRICT).reason).toContain(
      'in 1 of 1 replicate the early stop of the dense network was its last evaluation',
    );
  });

  it('says when it did not learn', () => {
    expect(baseline([outcome({ stop: 0 })], STRICT).kind).toBe('no baseline');
  });
});

describe('compare', () => {
  it('gives the second minus the first', () => {
    const later = replicates(
      DENSE.map(([stop, accuracy], index) => [stop + 40 + 10 * index, accuracy] as const),
      1,
    );
    expect(compare(replicates(DENSE, 0), later, STRICT).iterationDifference.mean).toBe(50);
  });
});
