import { describe, expect, it } from 'vitest';
import {
  correctVerdicts,
  describeTransfer,
  summarizeSearch,
} from '../../../src/shared/domain/result.ts';
import type { SearchRecord, SearchResult } from '../../../src/shared/domain/search.ts';
import type { TrainingOutcome } from '../../../src/shared/domain/training.ts';
import { tinySettings } from '../../support/tiny-settings.ts';
import { outcome } from './outcomes.ts';

const settings = tinySettings({
  branches: ['random-reinit', 'shuffled-mask'],
  replicates: { count: 3, seed: 1 },
  verdict: { accuracyTolerance: 0, iterationTolerance: 0, confidence: 0.95 },
});

const record: SearchRecord = {
  id: 's1',
  name: 'small',
  status: 'running',
  settings,
  written: settings,
  settingsHash: '',
  settingsVersion: 1,
  environment: {
    workbench: '',
    node: '',
    tensorflow: '',
    platform: '',
    cpu: '',
    cores: 2,
    workers: 2,
    threadsPerWorker: 1,
  },
  datasetFingerprint: '',
  createdAt: 0,
  finishedAt: undefined,
  trainingsDone: 0,
  trainingsTotal: 0,
  error: undefined,
};

/** Replicate r of a branch: dense stops at 400 + 10 r with accuracy 0.97, others as given. */
function group(
  level: number,
  branch: string,
  replicates: readonly number[],
  stop: number,
  accuracy: number,
): TrainingOutcome[] {
  return replicates.map((replicate) =>
    outcome({
      replicate,
      level,
      branch,
      density: 0.8 ** level,
      stop: stop + 10 * replicate,
      accuracy,
    }),
  );
}

const dense = group(0, 'ticket', [0, 1, 2], 400, 0.97);

const OF_OTHER_DENSITY = ['inverted-mask', 'transfer-sgd'];

function summarize(
  search: SearchRecord,
  outcomes: readonly TrainingOutcome[],
): SearchResult | undefined {
  return summarizeSearch(search, outcomes, {
    keepsDensity: (branch) => !OF_OTHER_DENSITY.includes(branch),
    startsUntrained: () => true,
    testSet: () => ({ examples: 1e8, commonestClass: 0.1 }),
  });
}

describe('summarizeSearch', () => {
  it('has nothing to say before a dense network has finished', () => {
    expect(summarize(record, [])).toBeUndefined();
  });

  it('carries the record and gives the dense network as the baseline', () => {
    const result = summarize(record, dense)!;
    expect(result).toMatchObject({ id: 's1', name: 'small', status: 'running', levels: [] });
    expect(result.settings).toBe(record.settings);
    expect(result.dense.verdict.kind).toBe('baseline');
    expect(result.dense.earlyStopIteration).toEqual({
      mean: 410,
      min: 400,
      max: 420,
      values: [400, 410, 420],
    });
    expect(result.dense.testAccuracyAtEarlyStop.mean).toBe(0.97);
    expect(result.dense.testAccuracy.mean).toBe(0.5);
    expect(result.dense.validationLoss.values).toEqual([0.1, 0.1, 0.1]);
  });

  it('judges every branch of every level, the ticket first, in replicate order', () => {
    const outcomes = [
      ...group(1, 'shuffled-mask', [0, 1, 2], 700, 0.9),
      ...group(1, 'random-reinit', [0, 1, 2], 500, 0.95),
      ...group(1, 'ticket', [0, 1, 2], 300, 0.98),
      ...group(2, 'ticket', [0, 1, 2], 200, 0.98),
      ...dense,
    ].reverse();
    const result = summarize(record, outcomes)!;
    expect(result.levels.map(({ level }) => level)).toEqual([1, 2]);
    const [first, second] = result.levels;
    expect(first!.density).toBe(0.8);
    expect(Object.keys(first!.branches)).toEqual(['ticket', 'random-reinit', 'shuffled-mask']);
    expect(first!.branches.ticket!.verdict.kind).toBe('winning');
    expect(first!.branches['random-reinit']!.verdict.kind).toBe('not winning');
    expect(first!.branches.ticket!.earlyStopIteration.values).toEqual([300, 310, 320]);
    expect(Object.keys(second!.branches)).toEqual(['ticket']);
  });

  it('corrects for judging the tickets of many levels', () => {
    const result = summarize(record, [
      ...dense,
      ...group(1, 'ticket', [0, 1, 2], 300, 0.98),
      ...group(2, 'ticket', [0, 1, 2], 500, 0.98),
      ...group(3, 'ticket', [0], 300, 0.98),
    ])!;
    expect(result.holm).toEqual({ verdicts: 3, winning: [1] });
  });

  it('compares a control with the ticket of its level', () => {
    const result = summarize(record, [
      ...dense,
      ...group(1, 'ticket', [0, 1, 2], 300, 0.98),
      ...group(1, 'random-reinit', [0, 1, 2], 500, 0.95),
    ])!;
    const { ticket, 'random-reinit': reinit } = result.levels[0]!.branches;
    expect(ticket).not.toHaveProperty('comparedWithTicket');
    expect(reinit!.comparedWithTicket!.iterationDifference.mean).toBe(200);
    expect(reinit!.comparedWithTicket!.accuracyDifference.mean).toBeCloseTo(-0.03, 12);
  });

  it('judges a transfer against the dense networks on its target, and those alone', () => {
    const branch = 'transfer-sgd';
    const optimizer = { id: 'sgd', learningRate: 0.1 };
    const settings = { ...record.settings, branches: [{ id: 'transfer', optimizer }] };
    const there = group(0, branch, [0, 1, 3], 700, 0.6);
    const result = summarize({ ...record, settings }, [
      ...dense,
      ...there,
      ...group(1, 'ticket', [0, 1, 2], 500, 0.9),
      ...group(1, branch, [0, 1, 2, 3], 690, 0.61),
      ...group(2, branch, [2], 690, 0.61),
    ])!;
    expect(result.targets![branch]).toMatchObject({
      verdict: { kind: 'baseline' },
      testAccuracyAtEarlyStop: { values: [0.6, 0.6, 0.6] },
    });
    const { ticket, [branch]: transferred } = result.levels[0]!.branches;
    expect(ticket!.verdict.kind).toBe('not winning');
    expect(transferred!.verdict).toMatchObject({
      kind: 'winning',
      iterationDifference: { mean: -10 },
    });
    expect(transferred!.testAccuracyAtEarlyStop.values).toHaveLength(3);
    expect(transferred).not.toHaveProperty('comparedWithTicket');
    expect(describeTransfer(transferred!)).toBe(
      'the transferred ticket matches the target’s dense network at 80 % density.',
    );
    // The third replicate has no dense network on the target yet.
    expect(result.levels.map(({ level }) => level)).toEqual([1]);
    expect(summarize(record, dense)).not.toHaveProperty('targets');
  });

  it('pairs an unfinished group with the dense networks of the same replicates', () => {
    const result = summarize(record, [
      ...dense,
      ...group(1, 'ticket', [2, 1], 300, 0.98),
      ...group(1, 'random-reinit', [0], 500, 0.95),
    ])!;
    const { ticket, 'random-reinit': reinit } = result.levels[0]!.branches;
    expect(ticket!.earlyStopIteration.values).toEqual([310, 320]);
    expect(ticket!.verdict.iterationDifference).toMatchObject({ mean: -100 });
    expect(reinit!.verdict.kind).toBe('effect size');
    // No replicate has finished both.
    expect(reinit).not.toHaveProperty('comparedWithTicket');
  });

  it('takes a level’s density from its ticket, whichever branch has finished first', () => {
    const inverted = group(1, 'inverted-mask', [0, 1, 2], 500, 0.5).map((each) => ({
      ...each,
      density: 0.2,
    }));
    const settings = { ...record.settings, branches: ['inverted-mask', 'random-reinit'] };
    const dense = group(0, 'ticket', [0, 1, 2], 400, 0.97);
    const levelsOf = (...outcomes: readonly TrainingOutcome[]) =>
      summarize({ ...record, settings }, [...dense, ...outcomes])!.levels;

    expect(levelsOf(...inverted)).toEqual([]);
    for (const branch of ['random-reinit', 'ticket']) {
      const [level] = levelsOf(...inverted, ...group(1, branch, [0, 1, 2], 500, 0.96));
      expect(level!.density).toBe(0.8);
      expect(level!.branches['inverted-mask']!.density).toBeCloseTo(0.2, 12);
      expect(level!.branches[branch]!.density).toBeCloseTo(0.8, 12);
    }
  });

  it('gives a level’s density also while only a control has finished it', () => {
    const result = summarize(record, [...dense, ...group(1, 'random-reinit', [0], 500, 0.95)])!;
    expect(result.levels[0]!.density).toBe(0.8);
  });

  it('leaves out what has no dense network to be judged against', () => {
    const result = summarize(record, [dense[0]!, ...group(1, 'ticket', [1], 300, 0.98)])!;
    expect(result.levels).toEqual([]);
  });
});

describe('the correction over the levels of many searches', () => {
  const search = (chances: readonly (number | undefined)[], confidence = 0.95) =>
    ({
      settings: { ...settings, verdict: { ...settings.verdict, confidence } },
      levels: chances.map((chance, index) => ({
        level: index + 1,
        branches: {
          ticket: { verdict: { kind: chance === undefined ? 'inconclusive' : 'winning', chance } },
        },
      })),
    }) as unknown as SearchResult;

  it('counts all of them', () => {
    const [one, other] = [search([0.001, 0.01]), search([0.012, undefined])];
    expect(correctVerdicts([one])).toEqual([{ verdicts: 2, winning: [1, 2] }]);
    // 0.01 is more than 0.025 / 3.
    expect(correctVerdicts([one, other])).toEqual([
      { verdicts: 4, winning: [1] },
      { verdicts: 4, winning: [] },
    ]);
    expect(correctVerdicts([search([undefined]), search([0.001])])).toEqual([
      { verdicts: 2, winning: [] },
      { verdicts: 2, winning: [1] },
    ]);
    expect(correctVerdicts([])).toEqual([]);
  });

  it('takes the strictest confidence of all', () => {
    const wins = (confidence: number) =>
      correctVerdicts([search([0.001]), search([0.01], confidence)])[1]?.winning;
    expect(wins(0.9)).toEqual([1]);
    expect(wins(0.99)).toEqual([]);
  });
});
