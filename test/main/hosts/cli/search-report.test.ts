import { describe, expect, it } from 'vitest';
import {
  describeEstimate,
  describeResult,
  followSearch,
} from '../../../../src/main/hosts/cli/search-report.ts';
import type { Output } from '../../../../src/main/hosts/cli/output.ts';
import { summarizeSearch } from '../../../../src/shared/domain/result.ts';
import { spreadOf } from '../../../../src/shared/domain/statistics.ts';
import type { LevelCost } from '../../../../src/shared/domain/training-cost.ts';
import type { SearchRecord } from '../../../../src/shared/domain/search.ts';
import { outcome } from '../../../shared/domain/outcomes.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';
import type { SearchEvent } from '../../../../src/shared/contract/events.ts';

it('says what share of the expected time is evaluation, and which setting changes it', () => {
  const estimate = {
    seconds: 110,
    analysisSeconds: 0,
    evaluationShare: 0.617,
    millisecondsPerIteration: 1,
    workers: 2,
    basis: 'calibration',
  } as const;
  expect(describeEstimate(estimate)).toBe(
    'About 1 min 50 s on 2 workers, 62 % of it evaluation (training.evaluateEvery), measured in a short run',
  );
});

const key = { replicate: 1, level: 3, branch: 'random-reinit' };
const EVENTS: readonly SearchEvent[] = [
  { type: 'started', id: 'x', name: 'quick', workers: 2, trainingsDone: 4, trainingsTotal: 57 },
  {
    type: 'evaluation',
    key,
    evaluation: {
      iteration: 100,
      validationLoss: 0.2,
      validationAccuracy: 0.9,
      testLoss: 0.2,
      testAccuracy: 0.9742,
    },
  },
  { type: 'progress', fraction: 0.25, etaSeconds: 3725, running: [] },
  {
    type: 'training-finished',
    key,
    density: 0.5128,
    earlyStopIteration: 900,
    testAccuracy: 0.9613,
    trainingMilliseconds: 1000,
    evaluationMilliseconds: 500,
  },
];

function follow(isTerminal: boolean) {
  const notes: string[] = [];
  const statuses: string[] = [];
  const output: Output = {
    isTerminal,
    columns: 80,
    result: () => undefined,
    note: (text) => notes.push(text),
    event: () => undefined,
    status: (text) => statuses.push(text),
  };
  const tell = followSearch(output);
  for (const event of EVENTS) tell(event);
  return { notes, statuses };
}

describe('a search in a terminal', () => {
  it('shows how far it is, the time left and the latest accuracy in one line of 80 columns', () => {
    const { statuses } = follow(true);
    expect(statuses).toEqual([
      '[███·······] 25 % · 1 h 2 min left · 4/57 · 97.42 % (level 3 random-reinit)',
    ]);
    expect(statuses[0]?.length).toBeLessThan(80);
  });

  it('says elsewhere in a plain line what has finished', () => {
    expect(follow(false).notes).toEqual([
      'Search x (quick): 57 trainings on 2 workers, 4 already done',
      '[5/57] replicate 2, level 3, random-reinit: density 51.28 %, early stop at 900, test accuracy 96.13 %, 1.5 s',
    ]);
  });
});

describe('the result of a search with a transfer', () => {
  it('says of the transfer how it does against the dense network on its target', () => {
    const settings = tinySettings({
      branches: [{ id: 'transfer', optimizer: { id: 'sgd' } }],
    });
    const replicates = [0, 1, 2];
    const outcomes = [
      ['ticket', 0, 0.9],
      ['transfer-sgd', 0, 0.6],
      ['ticket', 1, 0.9],
      ['transfer-sgd', 1, 0.61],
      ['ticket', 2, 0.9],
      ['transfer-sgd', 2, 0.4],
    ] as const;
    const result = summarizeSearch(
      { id: 'x', name: 'x', status: 'finished', settings } as SearchRecord,
      outcomes.flatMap(([branch, level, accuracy]) =>
        replicates.map((replicate) =>
          outcome({
            replicate,
            level,
            branch,
            accuracy,
            stop: 300 - 50 * Math.min(level, 1),
            density: 0.8 ** level,
          }),
        ),
      ),
      {
        keepsDensity: (branch) => branch === 'ticket',
        startsUntrained: () => true,
        testSet: () => ({ examples: 1e8, commonestClass: 0.1 }),
      },
    )!;
    const text = describeResult(result, []);
    expect(text).toMatch(/^ +0 +100.00 % +dense, transfer-sgd .*60.00 %.* baseline$/m);
    expect(text).not.toContain('Compared with transfer-sgd');
    expect(text).toMatch(
      /transfer-sgd, level 1: the transferred ticket matches the target’s dense network at 80 % density.\n {2}test accuracy \+1.00 points/,
    );
    expect(text).toMatch(
      /transfer-sgd, level 2: the transferred ticket falls behind the target’s dense network at 64 % density.\n {2}test accuracy −20.00 points/,
    );
  });
});

describe('the result of a search', () => {
  it('says what the trainings of each level took, and how fast that is beside the dense one', () => {
    const settings = tinySettings({});
    const outcomes = [0, 1].map((level) =>
      outcome({ replicate: 0, level, branch: 'ticket', accuracy: 0.9, density: 0.5 ** level }),
    );
    const record = { id: 'x', name: 'x', status: 'finished', settings } as SearchRecord;
    const cost = (level: number, milliseconds: number): LevelCost => ({
      level,
      density: 0.5 ** level,
      engines: [level === 0 ? 'dense' : 'sparse'],
      millisecondsPerStep: spreadOf([milliseconds, 1.5 * milliseconds]),
      timesFasterThanDense: 1.25 / milliseconds,
      trainingMilliseconds: 12_345 * milliseconds,
      evaluationMilliseconds: 440,
    });
    const result = summarizeSearch(record, outcomes, {
      keepsDensity: () => true,
      startsUntrained: () => true,
      testSet: () => undefined,
    })!;
    const text = describeResult(result, [cost(0, 1), cost(1, 0.19)]);
    expect(text).toMatch(/^ +0 +100.00 % +dense +1.25 \[1, 1.5\] +12 s +0.4 s$/m);
    expect(text).toMatch(
      /^ +1 +50.00 % +sparse +0.238 \[0.19, 0.285\] +6.6 times faster +2.3 s +0.4 s$/m,
    );
  });
});
