import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import { SearchGroup } from '../../../../src/main/workbench/running/search-group.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';
import { FakeThreads } from './fake-threads.ts';

describe('a dataset of a group', () => {
  const choiceOf = (own: object, common: object = {}) => ({
    id: 'two-moons',
    ...own,
    validation: 60,
    ...common,
  });

  it('is read once for searches that differ in what they make of it', async () => {
    const group = new SearchGroup({ workers: 1 });
    const loaded: string[] = [];
    const dataset = (own: object, common: object = {}) =>
      group.dataset(choiceOf(own, common), () => {
        loaded.push(JSON.stringify(own));
        return Promise.resolve(tinyDataset());
      });
    const first = await dataset({ seed: 1 });
    expect(await dataset({ seed: 1 }, { validation: 5, randomLabels: 0.5 })).toBe(first);
    expect(await dataset({ seed: 1 }, { subset: 5, normalization: 'none' })).toBe(first);
    expect(await dataset({ seed: 2 })).not.toBe(first);
    expect(loaded).toEqual(['{"seed":1}', '{"seed":2}']);
  });

  it('is read again after it could not be read', async () => {
    const group = new SearchGroup({ workers: 1 });
    const fail = () => Promise.reject(new Error('no such file'));
    await expect(group.dataset(choiceOf({}), fail)).rejects.toThrow('no such file');
    const dataset = tinyDataset();
    expect(await group.dataset(choiceOf({}), () => Promise.resolve(dataset))).toBe(dataset);
  });
});

describe('the workers of a group', () => {
  it('are as many as are useful, and end with the last search', async () => {
    const fake = new FakeThreads();
    const group = new SearchGroup({ workers: 4, startThread: fake.start });
    const [one, two] = [group.join(), group.join()];
    const pool = await group.pool(2);
    expect(await group.pool(3)).toBe(pool);
    expect(fake.alive).toHaveLength(2);
    await one.leave();
    expect(fake.alive).toHaveLength(2);
    await two.leave();
    expect(fake.alive).toEqual([]);
  });

  it('start anew for a search that comes after all have left', async () => {
    const fake = new FakeThreads();
    const group = new SearchGroup({ workers: 1, startThread: fake.start });
    const first = group.join();
    await group.pool(1);
    await first.leave();
    const second = group.join();
    await group.pool(1);
    expect(fake.alive).toHaveLength(1);
    await second.leave();
  });

  it('are tried again after they could not start, and nobody waits for them', async () => {
    const fake = new FakeThreads();
    const group = new SearchGroup({ workers: 2, startThread: fake.start });
    const place = group.join();
    fake.failure = new WorkbenchError('provisioning-failed', 'TensorFlow is gone');
    await expect(group.pool(2)).rejects.toThrow('TensorFlow is gone');
    fake.failure = undefined;
    expect((await group.pool(2)).size).toBe(2);
    await place.leave();
    expect(fake.alive).toEqual([]);
  });
});

it('searches prepare themselves one after the other, also after one has failed', async () => {
  const group = new SearchGroup({ workers: 1 });
  const order: string[] = [];
  const prepare = (name: string, fails = false) =>
    group.prepare(async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      if (fails) throw new Error(name);
    });
  await Promise.allSettled([prepare('a', true), prepare('b'), prepare('c')]);
  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});
