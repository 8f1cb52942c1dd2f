import { expect, test } from 'vitest';
import { CALLS } from '../../../src/shared/contract/calls.ts';
import { sampleSearch } from './samples.ts';
import { openStore } from './support.ts';

/**
 * What a search says of itself, whether it waits in the queue, and whether a living process holds it;
 * then its status and the state that users see.
 */
const CASES = [
  ['queued', 'not queued', 'free', 'interrupted', 'interrupted'],
  ['queued', 'not queued', 'held', 'queued', 'queued'],
  ['queued', 'waiting', 'free', 'queued', 'queued'],
  ['queued', 'waiting', 'held', 'queued', 'queued'],
  ['queued', 'paused', 'free', 'queued', 'paused'],
  ['queued', 'paused', 'held', 'queued', 'paused'],
  ['running', 'not queued', 'free', 'interrupted', 'interrupted'],
  ['running', 'not queued', 'held', 'running', 'running'],
  ['running', 'waiting', 'free', 'interrupted', 'queued'],
  ['running', 'waiting', 'held', 'running', 'running'],
  ['running', 'paused', 'free', 'interrupted', 'paused'],
  ['running', 'paused', 'held', 'running', 'paused'],
  ['interrupted', 'not queued', 'free', 'interrupted', 'interrupted'],
  ['interrupted', 'not queued', 'held', 'interrupted', 'interrupted'],
  ['interrupted', 'waiting', 'free', 'interrupted', 'queued'],
  ['interrupted', 'waiting', 'held', 'interrupted', 'queued'],
  ['interrupted', 'paused', 'held', 'interrupted', 'paused'],
  ['failed', 'not queued', 'free', 'failed', 'failed'],
  ['failed', 'not queued', 'held', 'failed', 'failed'],
  ['failed', 'waiting', 'held', 'failed', 'queued'],
  ['failed', 'paused', 'free', 'failed', 'paused'],
  ['finished', 'not queued', 'free', 'finished', 'finished'],
  ['finished', 'not queued', 'held', 'finished', 'finished'],
  ['finished', 'waiting', 'held', 'finished', 'finished'],
  ['finished', 'paused', 'free', 'finished', 'finished'],
] as const;

test.each(CASES)('a search that is %s, %s and %s has the status %s and the state %s', (...each) => {
  const [said, queued, lease, status, state] = each;
  const { store } = openStore();
  const sweep = store.sweeps.create('S', [], [{ ...sampleSearch(), values: [] }]);
  const id = store.sweeps.members(sweep.id)[0]?.searchId ?? '';
  store.searches.setStatus(id, said);
  if (queued !== 'not queued') store.queue.add(id, undefined);
  if (queued === 'paused') store.queue.setPaused(id, true);
  if (lease === 'held') store.leases.acquire(id, 'an owner');

  expect(store.searches.status(id)).toBe(status);
  expect(store.searches.get(id).status).toBe(status);
  expect(store.searches.list({ status }).map((search) => search.id)).toEqual([id]);

  expect(store.history.state(id)).toBe(state);
  expect(store.history.get(id).state).toBe(state);
  expect(store.sweeps.summary(sweep.id).state).toBe(state);
  const query = CALLS['history.lines'].input.parse({ filter: { states: [state] } });
  expect(store.history.lines(query).lines[0]?.row.state).toBe(state);
  expect(store.history.ids(query.filter, query.sort)).toEqual([id]);
});
