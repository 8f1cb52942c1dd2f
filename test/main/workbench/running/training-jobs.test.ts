import { expect, it } from 'vitest';
import { plannedTrainings, prerequisiteOf } from '../../../../src/shared/domain/plan.ts';
import { nameOfTraining, type TrainingKey } from '../../../../src/shared/domain/training.ts';
import {
  TrainingJobs,
  type TrainingJobsOptions,
} from '../../../../src/main/workbench/running/training-jobs.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';

function jobsOf(options: Partial<TrainingJobsOptions> = {}): TrainingJobs {
  return new TrainingJobs({
    settings: tinySettings(),
    finished: [],
    isWanted: () => true,
    isTrainedElsewhere: () => false,
    run: () => Promise.resolve(),
    ...options,
  });
}

/** Runs one after the other; the names of the trainings in their order. */
function orderOf(jobs: TrainingJobs): string[] {
  const order: string[] = [];
  for (let job = jobs.next(); job; job = jobs.next()) {
    jobs.take(job);
    order.push(nameOfTraining(job.key));
    jobs.finish(job.key);
  }
  return order;
}

it('tickets go before controls and low levels before high ones', () => {
  expect(orderOf(jobsOf())).toEqual([
    ...['0/0/ticket', '1/0/ticket', '0/1/ticket', '1/1/ticket', '0/2/ticket', '1/2/ticket'],
    ...['0/1/random-reinit', '1/1/random-reinit', '0/2/random-reinit', '1/2/random-reinit'],
  ]);
});

it('a level starts when the ticket before it has finished, not when it has started', () => {
  const jobs = jobsOf({ settings: tinySettings({ replicates: { count: 1 }, branches: [] }) });
  const dense = jobs.next()!;
  jobs.take(dense);
  expect(jobs.next()).toBeUndefined();
  expect(jobs.remaining).toBe(2);
  jobs.finish(dense.key);
  expect(jobs.next()?.key).toEqual({ replicate: 0, level: 1, branch: 'ticket' });
});

it('equals go in the order of the plan, in whichever order they became ready', () => {
  const jobs = jobsOf({ settings: tinySettings({ branches: [] }) });
  const [first, second] = [jobs.next()!, (jobs.take(jobs.next()!), jobs.next()!)];
  jobs.take(second);
  jobs.finish(second.key);
  jobs.finish(first.key);
  expect(orderOf(jobs).slice(0, 2)).toEqual(['0/1/ticket', '1/1/ticket']);
});

it('what is saved already is not run again', () => {
  const settings = tinySettings();
  const finished = plannedTrainings(settings).filter(({ level }) => level < 2);
  expect(orderOf(jobsOf({ settings, finished }))).toEqual([
    ...['0/2/ticket', '1/2/ticket', '0/2/random-reinit', '1/2/random-reinit'],
  ]);
});

it('what another search trains right now is passed over until it is done', () => {
  let elsewhere: TrainingKey | undefined = { replicate: 0, level: 0, branch: 'ticket' };
  const jobs = jobsOf({
    isTrainedElsewhere: (key) => elsewhere !== undefined && key.replicate === 0,
  });
  expect(jobs.next()?.key.replicate).toBe(1);
  elsewhere = undefined;
  expect(jobs.next()?.key.replicate).toBe(0);
});

it('a training that is not ready can not be taken', () => {
  const jobs = jobsOf();
  const job = jobs.next()!;
  jobs.take(job);
  expect(() => {
    jobs.take(job);
  }).toThrow('not ready');
});

it('a thousand replicates of many levels and branches are chosen from without a search through all', () => {
  const settings = tinySettings({
    replicates: { count: 1000 },
    pruning: { strategy: { id: 'layerwise-magnitude' }, schedule: 'iterative', levels: 15 },
  });
  let asked = 0;
  const jobs = jobsOf({
    settings,
    isTrainedElsewhere: () => {
      asked += 1;
      return false;
    },
  });
  const order = orderOf(jobs);
  expect(order).toHaveLength(31_000);
  expect(asked).toBe(order.length);
  const place = new Map(order.map((name, index) => [name, index]));
  for (const key of plannedTrainings(settings)) {
    const prerequisite = prerequisiteOf(key);
    if (!prerequisite) continue;
    expect(place.get(nameOfTraining(prerequisite))).toBeLessThan(place.get(nameOfTraining(key))!);
  }
});
