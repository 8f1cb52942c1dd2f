import { describe, expect, it } from 'vitest';
import { adviseOn } from '../../../src/shared/domain/advice.ts';
import type { BranchSummary, SearchResult } from '../../../src/shared/domain/search.ts';
import { type PairedDifference, spreadOf } from '../../../src/shared/domain/statistics.ts';
import type { Verdict } from '../../../src/shared/domain/verdict.ts';
import { tinySettings } from '../../support/tiny-settings.ts';

/** A difference whose interval has these halves. */
function difference(mean: number, seeds: number, measurement: number): PairedDifference {
  const half = Math.hypot(seeds, measurement);
  return { mean, lower: mean - half, upper: mean + half, margins: { seeds, measurement } };
}

const WINNING: Verdict = {
  kind: 'winning',
  reason: '',
  accuracy: 'holds',
  speed: 'holds',
  accuracyDifference: difference(0.01, 0.002, 0.001),
  iterationDifference: difference(-8, 2, 1),
};
const LOSING: Verdict = { ...WINNING, kind: 'not winning', accuracy: 'fails' };
const BASELINE: Verdict = { kind: 'baseline', reason: '' };

interface Summarised {
  readonly verdict: Verdict;
  readonly stops?: readonly number[];
  readonly control?: PairedDifference;
}

const summary = ({ verdict, stops = [10, 20], control }: Summarised): BranchSummary => ({
  density: 0.5,
  earlyStopIteration: spreadOf(stops),
  testAccuracy: spreadOf([0.9]),
  testAccuracyAtEarlyStop: spreadOf([0.9]),
  validationLoss: spreadOf([0.1]),
  verdict,
  ...(control
    ? {
        comparedWithTicket: {
          accuracyDifference: control,
          iterationDifference: difference(0, 1, 1),
        },
      }
    : {}),
});

const BEATEN = summary({ verdict: LOSING, control: difference(-0.02, 0.004, 0.002) });

interface Given {
  /** The verdicts on levels 1, 2, … */
  readonly tickets: readonly Verdict[];
  readonly control?: BranchSummary;
  readonly dense?: BranchSummary;
  readonly stops?: readonly number[];
  readonly settings?: Record<string, unknown>;
  readonly status?: SearchResult['status'];
  /** The levels that win after Holm's correction. Default: all of them. */
  readonly corrected?: readonly number[];
}

/** A search with trainings of 30 iterations. */
function result({
  tickets,
  control = BEATEN,
  dense = summary({ verdict: BASELINE }),
  stops = [10, 20],
  settings = { replicates: { count: 3 } },
  status = 'finished',
  corrected = tickets.map((_, index) => index + 1),
}: Given): SearchResult {
  return {
    id: 'a',
    name: 'a',
    status,
    settings: tinySettings(settings),
    dense,
    levels: tickets.map((verdict, index) => ({
      level: index + 1,
      density: 0.8 ** (index + 1),
      branches: {
        ticket: summary({ verdict, stops }),
        'random-reinit': control,
      },
    })),
    holm: { verdicts: tickets.length, winning: corrected },
  };
}

describe('a search is advised', () => {
  it('nothing before it has finished or before a level was judged', () => {
    expect(adviseOn(result({ tickets: [WINNING], status: 'running' }))).toBeUndefined();
    expect(adviseOn(result({ tickets: [] }))).toBeUndefined();
  });

  it('a lower rate where the dense network only got worse', () => {
    const dense = summary({ verdict: { kind: 'no baseline', reason: '' }, stops: [0, 0] });
    const tickets: Verdict[] = [{ kind: 'no baseline', reason: '' }];
    expect(adviseOn(result({ tickets, dense }))).toMatchObject({
      sentence: expect.stringContaining('only got worse at the learning rate 0.01') as string,
      step: { kind: 'search', assignments: ['training.optimizer.learningRate=0.001'] },
    });
  });

  it('longer trainings where the dense network learned too little', () => {
    const dense = summary({ verdict: { kind: 'no baseline', reason: '' }, stops: [30, 30] });
    const tickets: Verdict[] = [{ kind: 'no baseline', reason: '' }];
    expect(adviseOn(result({ tickets, dense }))?.step).toEqual({
      kind: 'search',
      label: 'Train 60 iterations',
      assignments: ['training.iterations=60'],
    });
  });

  it.each([
    [1, 4],
    [2, 3],
  ])('more replicates where %i give no verdict', (count, more) => {
    const tickets: Verdict[] = [{ ...WINNING, kind: 'effect size' }];
    const advice = adviseOn(result({ tickets, settings: { replicates: { count } } }));
    expect(advice?.step).toEqual({
      kind: 'extend',
      label: `${more} more replicates`,
      request: { replicates: more },
    });
  });

  it('as many replicates as would decide about the accuracy', () => {
    // A half of 0.02 from seeds, which has to shrink below 0.01: four times as many replicates.
    const open: Verdict = {
      ...WINNING,
      kind: 'inconclusive',
      accuracy: 'open',
      accuracyDifference: difference(0.01, 0.02, 0),
    };
    expect(adviseOn(result({ tickets: [open] }))?.step).toEqual({
      kind: 'extend',
      label: '9 more replicates',
      request: { replicates: 9 },
    });
  });

  it('a tolerance where no number of replicates could decide, and none where it has one', () => {
    const open: Verdict = {
      ...WINNING,
      kind: 'inconclusive',
      accuracy: 'open',
      accuracyDifference: difference(0.001, 0.001, 0.002),
    };
    expect(adviseOn(result({ tickets: [open] }))?.step).toMatchObject({
      assignments: ['verdict.accuracyTolerance=0.01'],
    });
    const verdict = { accuracyTolerance: 0.02 };
    const far: Verdict = { ...open, accuracyDifference: difference(-0.019, 0.001, 0.002) };
    const settings = { replicates: { count: 3 }, verdict };
    expect(adviseOn(result({ tickets: [far], settings }))?.step).toBeUndefined();
  });

  it('longer trainings where speed is open because a network had not converged', () => {
    const open: Verdict = { ...WINNING, kind: 'speed open', speed: 'open' };
    const dense = summary({ verdict: BASELINE, stops: [30, 20] });
    expect(adviseOn(result({ tickets: [open], dense }))).toMatchObject({
      sentence:
        'The accuracy at 80 % density holds, speed is open: the dense network had not converged after 30 iterations.',
      step: { assignments: ['training.iterations=60'] },
    });
    expect(adviseOn(result({ tickets: [open], stops: [30] }))?.sentence).toContain(
      'the ticket had',
    );
  });

  it('longer trainings before anything else is decided about networks that had not converged', () => {
    const open: Verdict = { ...WINNING, kind: 'inconclusive', accuracy: 'open', speed: 'open' };
    const dense = summary({ verdict: BASELINE, stops: [30, 20] });
    expect(adviseOn(result({ tickets: [open], dense }))).toMatchObject({
      sentence:
        'Accuracy and speed at 80 % density are open: the dense network had not converged after 30 iterations.',
      step: { assignments: ['training.iterations=60'] },
    });
  });

  it('more replicates where speed is open by its interval', () => {
    const open: Verdict = {
      ...WINNING,
      kind: 'speed open',
      speed: 'open',
      iterationDifference: difference(-5, 6, 3),
    };
    expect(adviseOn(result({ tickets: [open] }))?.step).toMatchObject({
      request: { replicates: 3 },
    });
  });

  it('nothing about speed without a common clock', () => {
    const { iterationDifference: _none, ...verdict } = WINNING;
    const open: Verdict = { ...verdict, kind: 'speed open', speed: 'open' };
    expect(adviseOn(result({ tickets: [open] }))?.step).toMatchObject({ kind: 'export', level: 1 });
  });

  it('the control where a winning ticket has none', () => {
    const settings = { replicates: { count: 3 }, branches: [] };
    const tickets = [WINNING, LOSING];
    const without = { ...result({ tickets, settings }) };
    const levels = without.levels.map((level) => ({
      ...level,
      branches: { ticket: level.branches['ticket']! },
    }));
    expect(adviseOn({ ...without, levels })?.step).toEqual({
      kind: 'extend',
      label: 'Train random-reinit',
      request: { branches: ['random-reinit'] },
    });
    const elsewhere = { ...without, levels, settings: tinySettings({ branchLevels: [2] }) };
    expect(adviseOn(elsewhere)?.step).toMatchObject({ assignments: ['branchLevels=1,2'] });
  });

  it('more replicates where the control is open', () => {
    const control = summary({ verdict: LOSING, control: difference(-0.01, 0.02, 0) });
    expect(adviseOn(result({ tickets: [WINNING, LOSING], control }))?.step).toMatchObject({
      request: { replicates: 9 },
    });
  });

  it('more replicates where a winning ticket does not outlast the correction for many levels', () => {
    expect(adviseOn(result({ tickets: [WINNING, LOSING], corrected: [] }))).toEqual({
      sentence: 'The ticket at 80 % density wins, but not after the correction for 2 levels.',
      step: { kind: 'extend', label: '2 more replicates', request: { replicates: 2 } },
    });
    expect(adviseOn(result({ tickets: [WINNING], corrected: [] }))?.sentence).toContain('smallest');
  });

  it('more levels where the smallest ticket that was tried still wins', () => {
    expect(adviseOn(result({ tickets: [WINNING, WINNING] }))).toEqual({
      sentence: 'The ticket at 64 % density wins, and it is the smallest that was tried.',
      step: { kind: 'extend', label: '2 more levels', request: { levels: 2 } },
    });
  });

  it('to take the ticket where nothing is open', () => {
    expect(adviseOn(result({ tickets: [WINNING, LOSING] }))).toMatchObject({
      sentence: 'The ticket at 80 % density wins; the search leaves nothing open.',
      step: { kind: 'export', level: 1 },
    });
  });

  it('a late rewind where no ticket wins, once', () => {
    const settings = { replicates: { count: 3 }, training: { iterations: 500, batchSize: 20 } };
    expect(adviseOn(result({ tickets: [LOSING], settings }))?.step).toMatchObject({
      assignments: ['rewind.iteration=10'],
    });
    const rewound = { ...settings, rewind: { iteration: 10 } };
    expect(adviseOn(result({ tickets: [LOSING], settings: rewound }))?.step).toBeUndefined();
  });
});
