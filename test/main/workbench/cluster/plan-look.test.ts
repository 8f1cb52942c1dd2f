import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { PlanChanges } from '../../../../src/main/workbench/cluster/plan-changes.ts';
import { type PlanLook, PlanLooks } from '../../../../src/main/workbench/cluster/plan-look.ts';
import {
  rememberedPlan,
  rememberPlan,
} from '../../../../src/main/workbench/cluster/remembered-plans.ts';
import { bundleFile } from '../../../../src/main/workbench/cluster/shard-files.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { databaseFile } from '../../../../src/main/workbench/data-directory.ts';
import { ENVIRONMENT, FINGERPRINT, temporaryFolder } from '../../store/samples.ts';
import { inspect } from '../../store/support.ts';
import { emptyStore } from '../bundles/samples.ts';
import { newPlan, newPlanOfTwo, publish, sayState, submitSamples } from './plan-samples.ts';

/** Looks at one plan, as often as it is told. */
function looking(store: Store, folder: string, id: string) {
  const { submissions, bundles } = Workbench.over(store);
  const looks = new PlanLooks(submissions);
  const changes = new PlanChanges();
  const merge = vi.spyOn(bundles, 'merge');
  const told: PlanLook[] = [];
  return {
    submissions,
    merge,
    /** All looks that would be told, those without a change left out. */
    told,
    /** @returns the last look. */
    async look(): Promise<PlanLook> {
      let last: PlanLook | undefined;
      await looks.look(new Map([[id, path.resolve(folder)]]), (found) => {
        last = found;
        if (changes.of(found)) told.push(found);
      });
      return last!;
    },
  };
}

/** The database refuses to save what is remembered, or to forget it. @returns lets it again. */
function refuse(store: Store, what: 'INSERT' | 'DELETE'): () => void {
  const execute = (sql: string): void => {
    inspect(databaseFile(store.directory), (database) => database.exec(sql));
  };
  execute(
    `CREATE TRIGGER refuse BEFORE ${what} ON preferences BEGIN SELECT RAISE(ABORT, 'refused'); END`,
  );
  return () => {
    execute('DROP TRIGGER refuse');
  };
}

const statusesOf = ({ shards }: PlanLook) => shards?.map(({ status }) => status);
const merged = (store: Store, id: string) => store.bundled.keys(id).length;

describe('a bundle that is refused', () => {
  it('is not read again until it changes, and nothing is told anew meanwhile', async () => {
    const { store, folder, id } = newPlan();
    await publish(folder, 1);
    const file = bundleFile(folder, 2);
    writeFileSync(file, 'no bundle');
    sayState(folder, 2, { state: 'done' });
    const { look, merge, told } = looking(store, folder, id);
    const first = await look();
    expect(first.head.refused).toEqual([{ file, message: expect.stringContaining(file) }]);
    expect(statusesOf(first)).toEqual(['done', 'ended']);
    expect(merge).toHaveBeenCalledTimes(2);
    const before = told.length;
    expect(await look()).toEqual(first);
    expect(merge).toHaveBeenCalledTimes(2);
    expect(told).toHaveLength(before);

    await publish(folder, 2);
    const last = await look();
    expect(last.head).toMatchObject({ refused: [], isDone: true });
    expect(merge).toHaveBeenCalledTimes(3);
    expect(merged(store, id)).toBe(10);
  });

  it('is not shown any more when the plan is done by other means', async () => {
    const { store, folder, id } = newPlan();
    await publish(folder, 1);
    writeFileSync(bundleFile(folder, 2), 'no bundle');
    const { look, submissions } = looking(store, folder, id);
    expect((await look()).head.refused).toHaveLength(1);
    await publish(folder, 2);
    await submissions.open(folder).collect();
    expect((await look()).head).toMatchObject({ refused: [], isDone: true, problem: undefined });
  });

  it('is tried again when it was refused because the search runs here', async () => {
    const { store, folder, id } = newPlan();
    await publish(folder, 1);
    store.leases.acquire(id, 'someone');
    const { look, merge } = looking(store, folder, id);
    expect((await look()).head.refused).toEqual([
      { file: bundleFile(folder, 1), message: expect.stringContaining('is run by') },
    ]);
    // Nothing is read for a search that nothing can be merged into.
    expect(merge).not.toHaveBeenCalled();
    store.leases.release(id, 'someone');
    expect((await look()).head.refused).toEqual([]);
    expect(merged(store, id)).toBe(5);
  });
});

describe('a bundle that is refused for the moment', () => {
  it('is tried again when its search began to run here while it was read, though that has ended', async () => {
    const { store, folder, id } = newPlan();
    await publish(folder, 1);
    const { look, merge } = looking(store, folder, id);
    const { bundles } = Workbench.over(store);
    merge.mockImplementationOnce(async (file) => {
      store.leases.acquire(id, 'someone');
      try {
        return await bundles.merge(file);
      } finally {
        store.leases.release(id, 'someone');
      }
    });
    expect((await look()).head.refused).toEqual([
      { file: bundleFile(folder, 1), message: expect.stringContaining('is run by') },
    ]);
    expect((await look()).head.refused).toEqual([]);
    expect(merged(store, id)).toBe(5);
  });

  it('is tried again when others have changed its search again and again meanwhile', async () => {
    const { store, folder, id } = newPlan();
    await publish(folder, 1);
    const { look, merge } = looking(store, folder, id);
    const changed = new WorkbenchError('conflict', 'changed again and again', undefined, {
      isTemporary: true,
    });
    merge.mockRejectedValueOnce(changed);
    expect((await look()).head.refused).toHaveLength(1);
    expect((await look()).head.refused).toEqual([]);
    expect(merged(store, id)).toBe(5);
  });
});

it('a bundle that a disk does not give is refused, tried again, and does not hold up the others', async () => {
  const { store, folder, id } = newPlan();
  const file = bundleFile(folder, 1);
  symlinkSync(file, file);
  await publish(folder, 2);
  const { look } = looking(store, folder, id);
  const first = await look();
  expect(first.head.refused).toEqual([{ file, message: expect.stringContaining('ELOOP') }]);
  expect(statusesOf(first)).toEqual(['waiting', 'done']);
  rmSync(file);
  await publish(folder, 1);
  expect((await look()).head.isDone).toBe(true);
});

it('what is no fault of a bundle ends the merge, and is told', async () => {
  const { store, folder, id } = newPlan();
  await publish(folder, 1);
  const { look, merge } = looking(store, folder, id);
  merge.mockRejectedValueOnce(new TypeError('a mistake'));
  const { head } = await look();
  expect(head).toMatchObject({ refused: [], problem: { code: 'internal' } });
});

describe('a search that was deleted', () => {
  it('is not brought back, and the others of its plan are fed', async () => {
    const { store, folder, one, other } = newPlanOfTwo();
    for (const number of [1, 2]) await publish(folder, number);
    store.history.markDeleted([one]);
    const { look } = looking(store, folder, one);
    const { head, shards } = await look();
    expect(head).toMatchObject({ problem: undefined, isDone: false });
    expect(shards).toMatchObject([
      { number: 2, status: 'done', parts: [{ searchId: other, replicate: 0 }] },
    ]);
    expect([merged(store, one), merged(store, other)]).toEqual([0, 5]);
    store.history.unmarkDeleted([one]);
    expect((await look()).head.isDone).toBe(true);
    expect(merged(store, one)).toBe(5);
  });

  it('leaves out the shards that it shares with others, and says so', async () => {
    const store = emptyStore();
    const folder = temporaryFolder();
    const [one, other] = submitSamples(store, folder, [
      [
        { search: 0, replicate: 0 },
        { search: 1, replicate: 0 },
      ],
      [{ search: 1, replicate: 1 }],
    ]) as [string, string];
    for (const number of [1, 2]) await publish(folder, number);
    store.history.markDeleted([one]);
    const { look } = looking(store, folder, one);
    const { head, shards } = await look();
    expect(head.problem).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('1 shard of the plan'),
    });
    expect(shards).toMatchObject([
      { number: 1, merged: 0, searches: 2, parts: [{ searchId: other, replicate: 0 }] },
      { number: 2, status: 'done' },
    ]);
    expect(merged(store, other)).toBe(5);
  });
});

it('a search that was merged into another one, which is the same experiment, is that one', async () => {
  // As it was before: the same settings, data and engines under another id.
  const { store, id: known } = newPlan();
  store.searches.start(known, ENVIRONMENT, FINGERPRINT);
  const { folder, id: planned } = newPlan();
  await publish(folder, 1);
  const { look, submissions } = looking(store, folder, planned);
  expect((await look()).shards).toEqual([]);
  await submissions.open(folder).collect();
  expect((await look()).shards).toMatchObject([
    { number: 1, status: 'done', parts: [{ searchId: known, replicate: 0 }] },
    { number: 2, parts: [{ searchId: known, replicate: 1 }] },
  ]);
  await publish(folder, 2);
  expect((await look()).head.isDone).toBe(true);
  expect(merged(store, known)).toBe(10);
});

describe('a plan that a development version remembered without its searches', () => {
  it('is forgotten once its folder is gone and its search was deleted for good', async () => {
    const { store, folder, id } = newPlan();
    rememberPlan(store, id, { folder });
    rmSync(folder, { recursive: true });
    const { look } = looking(store, folder, id);
    expect((await look()).head.problem).toMatchObject({ code: 'not-found' });
    store.history.markDeleted([id]);
    await look();
    expect(rememberedPlan(store, id)).toEqual({ folder });
    store.trash.purge(id);
    // A folder whose disk does not give it may still be there.
    symlinkSync(folder, folder);
    await look();
    expect(rememberedPlan(store, id)).toEqual({ folder });
    rmSync(folder);
    await look();
    expect(rememberedPlan(store, id)).toBeUndefined();
  });
});

describe('what is remembered of a plan and can’t be saved', () => {
  const cantSave = {
    code: 'store-failed',
    message: expect.stringContaining("the preference can't be saved") as string,
  };

  it('does not hold up the look, is tried again at the next one, and is told if it lasts', async () => {
    const { store, folder, id } = newPlan();
    rememberPlan(store, id, { folder });
    await publish(folder, 1);
    const { look, told } = looking(store, folder, id);
    const allow = refuse(store, 'INSERT');
    const first = await look();
    expect(first.head.problem).toBeUndefined();
    expect(statusesOf(first)).toEqual(['done', 'waiting']);
    const second = await look();
    expect(second.head.problem).toMatchObject(cantSave);
    expect(statusesOf(second)).toEqual(['done', 'waiting']);
    const before = told.length;
    await look();
    expect(told).toHaveLength(before);
    allow();
    expect((await look()).head.problem).toBeUndefined();
    expect(rememberedPlan(store, id)?.searchIds).toEqual([id]);
  });

  it('is forgotten at a later look if the plan is done or gone', async () => {
    const done = newPlan();
    for (const number of [1, 2]) await publish(done.folder, number);
    await Workbench.over(done.store).submissions.open(done.folder).collect();
    const gone = newPlan();
    gone.store.history.markDeleted([gone.id]);
    gone.store.trash.purge(gone.id);
    for (const { store, folder, id } of [done, gone]) {
      const { look } = looking(store, folder, id);
      const allow = refuse(store, 'DELETE');
      await look();
      expect(rememberedPlan(store, id)).toBeDefined();
      expect((await look()).head.problem).toMatchObject(cantSave);
      allow();
      await look();
      expect(rememberedPlan(store, id)).toBeUndefined();
    }
  });
});
