import { describe, expect, it } from 'vitest';
import { judgeClaim } from '../../../src/shared/published/claims.ts';
import { claimRows, describeOutcomes } from '../../../src/shared/published/claim-table.ts';
import type { PublishedClaim } from '../../../src/shared/published/schema.ts';
import type { BranchMeasurements, RunSummary } from '../../../src/shared/published/summary.ts';

const branch = (
  stops: readonly number[],
  accuracies: readonly number[] = stops.map(() => 0.98),
  changes: Partial<BranchMeasurements> = {},
): BranchMeasurements => ({
  replicates: stops.map((_, index) => index + 1),
  earlyStopIteration: stops,
  testAccuracyAtEarlyStop: accuracies,
  testAccuracy: accuracies,
  censored: [],
  accuracyErrors: { dense: 0.0003, ticket: 0.0003 },
  ...changes,
});

const DENSE = branch([3700, 3900, 3600, 3800, 3700], [0.98, 0.981, 0.98, 0.979, 0.98]);

const run = (branches: RunSummary['levels'][number]['branches'], dense = DENSE): RunSummary => ({
  id: 'iterative',
  label: 'iterative',
  settings: {},
  searches: ['a'],
  environments: [],
  trainingsDone: 15,
  trainingsTotal: 15,
  evaluateEvery: 100,
  iterations: 50_000,
  confidence: 0.95,
  testExamples: 10_000,
  trainingSeconds: 1,
  evaluationSeconds: 1,
  levels: [
    { density: 1, branches: { dense } },
    { density: 0.2107, branches },
  ],
});

const claim = (changes: Partial<PublishedClaim> = {}): PublishedClaim => ({
  id: 'earlier',
  statement: 'The ticket stops earlier',
  published: '38 % earlier',
  where: 'section 2',
  run: 'iterative',
  densities: [0.211],
  compare: 'early-stop',
  branch: 'ticket',
  with: { branch: 'dense' },
  atLeast: 1.2,
  ...changes,
});

const outcomeOf = (given: PublishedClaim, summary: RunSummary | undefined) =>
  judgeClaim(given, summary).outcome;

describe('a claim about early stops', () => {
  const early = branch([2900, 2800, 3000, 2900, 2900]);

  it('is reproduced where the interval of the ratio supports it', () => {
    const judged = judgeClaim(claim(), run({ ticket: early }));
    expect(judged.outcome).toBe('reproduced');
    const [at] = judged.at;
    // The geometric mean of 3700/2900, 3900/2800, 3600/3000, 3800/2900 and 3700/2900.
    expect(at?.value).toBeCloseTo(1.289, 2);
    expect(at!.lower).toBeGreaterThan(1.2);
    expect(at!.upper).toBeLessThan(1.4);
    expect(at?.means).toEqual([2900, 3740]);
    expect(claimRows([judged])[0]).toMatchObject({
      density: '21.1 %',
      here: expect.stringMatching(/^1\.29 times \[1\.\d\d, 1\.\d\d\] \(2,900, 3,740\)$/) as string,
    });
  });

  it('is not reproduced where the interval contradicts it', () => {
    expect(outcomeOf(claim({ atLeast: 2 }), run({ ticket: early }))).toBe('not reproduced');
    expect(outcomeOf(claim({ atMost: 1.1 }), run({ ticket: early }))).toBe('not reproduced');
  });

  it('is open where the interval includes both', () => {
    expect(outcomeOf(claim({ atLeast: 1.3 }), run({ ticket: early }))).toBe('open');
    const spread = branch([1000, 8000, 2000, 4000, 2900]);
    expect(outcomeOf(claim({ atLeast: 1 }), run({ ticket: spread }))).toBe('open');
  });

  it('is open with fewer than three replicates, without the level, and before the run', () => {
    const two = branch([2900, 2900]);
    const [judged] = judgeClaim(claim(), run({ ticket: two })).at;
    expect(judged).toMatchObject({ outcome: 'open', remark: 'fewer than 3 replicates' });
    expect(judgeClaim(claim({ densities: [0.1] }), run({ ticket: early })).at[0]).toMatchObject({
      outcome: 'open',
      remark: 'not trained yet',
    });
    expect(judgeClaim(claim(), undefined).at[0]).toMatchObject({ remark: 'not run yet' });
  });

  it('takes the stop of a network that has not converged as a bound', () => {
    const censored = branch([2900, 2800, 3000, 2900, 2900], undefined, { censored: [2] });
    const open = judgeClaim(claim(), run({ ticket: censored }));
    expect(open.outcome).toBe('open');
    expect(open.at[0]?.remark).toBe('not converged: the network itself');
    // It stops later still, so that it is not twice as early.
    expect(outcomeOf(claim({ atLeast: 2 }), run({ ticket: censored }))).toBe('not reproduced');
    const dense = { ...DENSE, censored: [1] };
    expect(outcomeOf(claim(), run({ ticket: early }, dense))).toBe('reproduced');
    expect(outcomeOf(claim({ atLeast: 2 }), run({ ticket: early }, dense))).toBe('open');
  });

  it('compares only replicates that have both, whatever their order', () => {
    const some = branch([2900, 2800, 3000], undefined, { replicates: [4, 2, 3] });
    const [at] = judgeClaim(claim(), run({ ticket: some })).at;
    expect(at).toMatchObject({ replicates: 3 });
    expect(at?.means).toEqual([2900, (3800 + 3900 + 3600) / 3]);
  });

  it('compares two densities', () => {
    const summary = run({ ticket: early });
    const levels = [...summary.levels, { density: 0.513, branches: { ticket: DENSE } }];
    const between = claim({ with: { branch: 'ticket', density: 0.513 }, atLeast: 1 });
    expect(outcomeOf(between, { ...summary, levels })).toBe('reproduced');
  });

  it('is open where a network did not learn at all', () => {
    expect(outcomeOf(claim(), run({ ticket: branch([0, 2900, 2900, 2900, 2900]) }))).toBe('open');
  });
});

describe('a claim about accuracies', () => {
  const better = branch([1, 1, 1, 1, 1], [0.984, 0.984, 0.983, 0.983, 0.984]);
  const gain = claim({ compare: 'accuracy-at-early-stop', atLeast: 0 });

  it('is judged by the paired difference with the error of the test set', () => {
    expect(outcomeOf(gain, run({ ticket: better }))).toBe('reproduced');
    const uncertain = { ...better, accuracyErrors: { dense: 0.01 } };
    expect(outcomeOf(gain, run({ ticket: uncertain }))).toBe('open');
    const reverse = claim({ compare: 'accuracy-at-early-stop', atMost: 0 });
    delete (reverse as { atLeast?: number }).atLeast;
    expect(outcomeOf(reverse, run({ ticket: better }))).toBe('not reproduced');
    const { here } = claimRows([judgeClaim(gain, run({ ticket: better }))])[0]!;
    expect(here).toMatch(/^\+0\.36 points \[\+0\.\d\d, \+0\.\d\d\] \(98\.36 %, 98 %\)$/);
  });

  it('holds in a range only if the whole interval is in it', () => {
    const within = (most: number) =>
      claim({ compare: 'accuracy-at-early-stop', atLeast: -most, atMost: most });
    expect(outcomeOf(within(0.01), run({ ticket: better }))).toBe('reproduced');
    expect(outcomeOf(within(0.0036), run({ ticket: better }))).toBe('open');
    expect(outcomeOf(within(0.001), run({ ticket: better }))).toBe('not reproduced');
  });

  it('of several densities is reproduced only if each is', () => {
    const summary = run({ ticket: better });
    const two = { ...gain, densities: [0.211, 0.1] };
    expect(outcomeOf(two, summary)).toBe('open');
    const worse = branch([1, 1, 1, 1, 1], [0.95, 0.951, 0.95, 0.95, 0.951]);
    const levels = [...summary.levels, { density: 0.1, branches: { ticket: worse } }];
    const judged = judgeClaim(two, { ...summary, levels });
    expect(judged.at.map(({ outcome }) => outcome)).toEqual(['reproduced', 'not reproduced']);
    expect(judged.outcome).toBe('not reproduced');
    expect(describeOutcomes([judged])).toBe(
      '1 claim: 0 reproduced, 1 not reproduced, 0 open; 2 rows, one per density: 1 reproduced, 1 not reproduced, 0 open',
    );
    expect(describeOutcomes([judgeClaim(gain, summary)])).toBe(
      '1 claim: 1 reproduced, 0 not reproduced, 0 open',
    );
  });
});
