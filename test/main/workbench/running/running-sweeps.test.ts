/** The sweeps that run in this process. */
import { beforeEach, expect, it } from 'vitest';
import type { Store } from '../../../../src/main/store/store.ts';
import { RunningSweeps } from '../../../../src/main/workbench/running/running-sweeps.ts';
import { SearchGroup } from '../../../../src/main/workbench/running/search-group.ts';
import type { WorkbenchEvent } from '../../../../src/shared/contract/events.ts';
import { ONE_SETTING, storeSweep } from '../../../support/sample-sweeps.ts';
import { openStore } from '../../store/support.ts';

let store: Store;
let events: WorkbenchEvent[];
/** The sweeps for which groups were made, and with how many workers. */
let made: [sweepId: string, workers: number | undefined][];
let sweeps: RunningSweeps;

beforeEach(() => {
  ({ store } = openStore());
  events = [];
  made = [];
  const groupOf = (sweepId: string, workers: number | undefined) => {
    made.push([sweepId, workers]);
    return new SearchGroup({ workers: 1 });
  };
  sweeps = new RunningSweeps({ store, runner: { groupOf }, emit: (event) => events.push(event) });
});

it('give the searches of a sweep one group, until none of them runs any more', () => {
  expect(sweeps.has('one')).toBe(false);
  const group = sweeps.groupOf('one', 3);
  expect(sweeps.has('one')).toBe(true);
  expect(sweeps.groupOf('one', undefined)).toBe(group);
  expect(sweeps.groupOf('other', undefined)).not.toBe(group);
  sweeps.leave('one', true);
  expect(sweeps.has('one')).toBe(true);
  sweeps.leave('one', false);
  expect([sweeps.has('one'), sweeps.has('other')]).toEqual([false, true]);
  expect(sweeps.groupOf('one', undefined)).not.toBe(group);
  expect(made).toEqual([
    ['one', 3],
    ['other', undefined],
    ['one', undefined],
  ]);
});

it('are not there if their group can not be made', () => {
  const refusing = new RunningSweeps({
    store,
    runner: {
      groupOf: () => {
        throw new Error('no worker');
      },
    },
    emit: () => undefined,
  });
  expect(() => refusing.groupOf('one', undefined)).toThrow('no worker');
  expect(refusing.has('one')).toBe(false);
});

it('tell windows what has become of a sweep, and nothing of one that is gone', () => {
  const id = storeSweep(store, ONE_SETTING);
  sweeps.tell(id);
  expect(events).toMatchObject([
    { type: 'sweep-changed', row: { id, name: 'Rates', points: 4, finishedPoints: 4 } },
  ]);
  sweeps.tell('gone');
  expect(events).toHaveLength(1);
});
