import { type ChildProcess, execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { PlanWatch } from '../../../../src/main/workbench/cluster/plan-watch.ts';
import {
  forgetPlan,
  rememberedPlans,
  rememberPlan,
  rememberSearches,
} from '../../../../src/main/workbench/cluster/remembered-plans.ts';
import { bundleFile } from '../../../../src/main/workbench/cluster/shard-files.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { databaseFile } from '../../../../src/main/workbench/data-directory.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { inspect } from '../../store/support.ts';
import { emptyStore } from '../bundles/samples.ts';
import { newPlan, newPlanOfTwo, publish, sayState, submitSample } from './plan-samples.ts';

/** The processes that look, as they were started in a test. */
const started = vi.hoisted((): ChildProcess[] => []);
vi.mock('node:child_process', async (importActual) => {
  const actual = await importActual<typeof import('node:child_process')>();
  return {
    ...actual,
    fork: (...given: Parameters<typeof actual.fork>) => {
      const child = actual.fork(...given);
      started.push(child);
      return child;
    },
  };
});

function watching(store: Store) {
  started.length = 0;
  const changed: (readonly string[])[] = [];
  const problems: string[] = [];
  const errors: unknown[] = [];
  const watch = new PlanWatch({
    store,
    onChanged: (ids) => changed.push(ids),
    onProblem: ({ message }) => problems.push(message),
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => watch.close());
  return { watch, changed, problems, errors };
}

/** Looks until that holds. */
async function lookUntil(watch: PlanWatch, holds: () => boolean): Promise<void> {
  await vi.waitFor(
    () => {
      watch.look();
      expect(holds()).toBe(true);
    },
    { timeout: 60_000, interval: 50 },
  );
}

describe('a submitted search', () => {
  it('is fed by what its shards publish, and says how they are', async () => {
    const { store, folder, id } = newPlan();
    await publish(folder, 1);
    sayState(folder, 2);
    const { watch, changed, problems, errors } = watching(store);
    expect(watch.countsOf(id)).toBeUndefined();
    await lookUntil(watch, () => watch.countsOf(id)?.done === 1);
    expect(watch.countsOf(id)).toEqual({ total: 2, done: 1, running: 1, queued: 0, failed: 0 });
    expect(watch.countsOfPlan(id)).toEqual(watch.countsOf(id));
    expect(store.trainings.list(id)).toHaveLength(5);
    expect(watch.find(id)).toMatchObject({
      folder,
      shards: [
        { number: 1, status: 'done', replicates: [0], merged: 5, planned: 5, reason: '' },
        { number: 2, status: 'running', replicates: [1], merged: 0, secondsLeft: 90 },
      ],
      refused: [],
      problem: undefined,
      command: `ticket resubmit ${folder} --data-dir ${store.directory}`,
    });
    expect(changed.at(-1)).toEqual([id]);
    expect(watch.find('another')).toBeUndefined();

    await publish(folder, 2);
    await lookUntil(watch, () => watch.countsOf(id)?.done === 2);
    expect(store.history.get(id).state).toBe('finished');
    // It is looked at no more; what is known of it stays until the workbench closes.
    await lookUntil(watch, () => rememberedPlans(store).size === 0);
    watch.look();
    expect(watch.countsOf(id)).toEqual({ total: 2, done: 2, running: 0, queued: 0, failed: 0 });
    expect([problems, errors]).toEqual([[], []]);
  });

  it('says why a shard failed and why a bundle is refused, and is told of nothing that is as before', async () => {
    const { store, folder, id } = newPlan();
    sayState(folder, 1, { state: 'failed', error: 'the disk is full' });
    writeFileSync(bundleFile(folder, 2), 'no bundle');
    const { watch, changed } = watching(store);
    await lookUntil(watch, () => watch.find(id)?.refused.length === 1);
    expect(watch.find(id)).toMatchObject({
      counts: { total: 2, done: 0, running: 0, queued: 0, failed: 1 },
      shards: [{ status: 'failed', reason: 'the disk is full' }, { status: 'waiting' }],
      refused: [{ file: bundleFile(folder, 2) }],
    });
    sayState(folder, 2);
    await lookUntil(watch, () => watch.countsOf(id)?.running === 1);
    // First seen, its bundle refused, the other one running.
    expect(changed).toEqual([[id], [id], [id]]);
  });

  it('keeps what is known when the folder vanishes, says so once, and goes on where it is found again', async () => {
    const { store, folder, id } = newPlan();
    const other = temporaryFolder();
    const otherId = submitSample(store, other);
    const { watch, problems, errors } = watching(store);
    await lookUntil(watch, () => watch.countsOf(id) !== undefined);
    const moved = `${temporaryFolder()}/moved`;
    renameSync(folder, moved);
    await lookUntil(watch, () => watch.find(id)?.problem !== undefined);
    expect(watch.find(id)).toMatchObject({
      counts: { total: 2 },
      problem: { code: 'not-found', hint: expect.stringContaining('ticket jobs') },
    });
    sayState(other, 1);
    await lookUntil(watch, () => watch.countsOf(otherId)?.running === 1);
    expect(problems).toHaveLength(1);
    rememberPlan(store, id, { folder: moved });
    await lookUntil(watch, () => watch.find(id)?.problem === undefined);
    expect(errors).toEqual([]);
  });

  it('is not looked at where the database was moved away, which makes no other one', async () => {
    const { store, id } = newPlan();
    const file = databaseFile(store.directory);
    renameSync(file, `${file}.moved`);
    const { watch, errors } = watching(store);
    await lookUntil(watch, () => errors.length > 0);
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining(`there is no file ${file}`) as string,
    });
    expect(existsSync(file)).toBe(false);
    renameSync(`${file}.moved`, file);
    await lookUntil(watch, () => watch.countsOf(id) !== undefined);
  });

  it('whose plan could not be read from the start says why', async () => {
    const { store, folder, id } = newPlan();
    writeFileSync(`${folder}/plan.json`, '{');
    const { watch } = watching(store);
    await lookUntil(watch, () => watch.countsOf(id) !== undefined);
    expect(watch.find(id)).toMatchObject({
      counts: { total: 0 },
      shards: [],
      problem: { code: 'invalid-data' },
    });
  });

  it('merges what shards published that were done before it looked', async () => {
    const { store, folder, id } = newPlan();
    for (const number of [1, 2]) {
      await publish(folder, number);
      sayState(folder, number, { state: 'done' });
    }
    const { watch, problems } = watching(store);
    await lookUntil(watch, () => watch.countsOf(id)?.done === 2);
    expect(store.bundled.keys(id)).toHaveLength(
      plannedTrainings(store.searches.settings(id)).length,
    );
    await lookUntil(watch, () => rememberedPlans(store).size === 0);
    expect(problems).toEqual([]);
  });

  it('goes on with a plan whose bundle of a shard that is done is refused', async () => {
    const { store, folder, id } = newPlan();
    await publish(folder, 1);
    for (const number of [1, 2]) sayState(folder, number, { state: 'done' });
    writeFileSync(bundleFile(folder, 2), 'no bundle');
    const { watch } = watching(store);
    await lookUntil(watch, () => watch.find(id)?.refused.length === 1);
    expect(watch.countsOf(id)).toEqual({ total: 2, done: 1, running: 0, queued: 0, failed: 1 });
    expect(watch.find(id)?.shards[1]).toMatchObject({
      status: 'ended',
      reason: expect.stringContaining('its bundle is not merged here'),
    });
    expect(rememberedPlans(store).size).toBe(1);
  });

  it('is not shown with shards any more once its plan is forgotten', async () => {
    const { store, folder, id } = newPlan();
    sayState(folder, 1);
    const { watch, changed } = watching(store);
    await lookUntil(watch, () => watch.countsOf(id)?.running === 1);
    forgetPlan(store, id);
    await lookUntil(watch, () => watch.countsOf(id) === undefined);
    expect(watch.find(id)).toBeUndefined();
    expect(changed.at(-1)).toEqual([id]);
  });

  it('is run again where it was run last, though it was on Slurm before', () => {
    const { store, folder } = newPlan();
    const slurm = path.join(folder, 'slurm');
    mkdirSync(slurm);
    const jobs = [{ job: '12', numbers: [1, 2], isMerge: false }];
    writeFileSync(path.join(slurm, 'jobs.json'), JSON.stringify(jobs));
    const { submissions } = Workbench.over(store);
    const submitted = submissions.open(folder);
    const command = (options: string): string =>
      `ticket resubmit ${folder}${options} --data-dir ${store.directory}`;
    // Nothing was run from here.
    expect(submissions.resubmitCommand(submitted)).toBe(command(' --on slurm'));
    submissions.remember(submitted, { on: 'local' });
    submissions.remember(submitted);
    expect(submissions.resubmitCommand(submitted)).toBe(command(''));
    submissions.remember(submitted, { on: 'slurm' });
    expect(submissions.resubmitCommand(submitted)).toBe(command(' --on slurm'));
  });

  it('is run again through the command that it was run through last', async () => {
    const { store, folder, id } = newPlan();
    const { submissions } = Workbench.over(store);
    const lastRun = { on: 'command', template: 'ssh node7 {quoted}' } as const;
    submissions.remember(submissions.open(folder), lastRun);
    // "ticket jobs" says nothing of it.
    submissions.remember(submissions.open(folder));
    const { watch } = watching(store);
    await lookUntil(watch, () => watch.find(id) !== undefined);
    const command = `ticket resubmit ${folder} --on command --template 'ssh node7 {quoted}' --data-dir ${store.directory}`;
    expect(watch.find(id)?.command).toBe(command);
    expect(submissions.resubmitCommand(submissions.open(folder))).toBe(command);
  });
});

describe('a plan whose searches were all deleted', () => {
  const isRemembered = (store: Store): boolean => rememberedPlans(store).size > 0;

  it('is forgotten once they are gone for good, and not before', async () => {
    const { store, folder, id } = newPlan();
    sayState(folder, 1);
    const { watch, problems } = watching(store);
    await lookUntil(watch, () => watch.countsOf(id)?.running === 1);
    store.history.markDeleted([id]);
    await lookUntil(watch, () => watch.find(id)?.shards.length === 0);
    expect(isRemembered(store)).toBe(true);
    store.trash.purge(id);
    await lookUntil(watch, () => !isRemembered(store));
    await lookUntil(watch, () => watch.find(id) === undefined);
    expect(problems).toEqual([]);
  });

  it('is forgotten, too, if its folder was deleted with them', async () => {
    const { store, folder, id } = newPlan();
    rmSync(folder, { recursive: true });
    store.history.markDeleted([id]);
    const { watch, problems } = watching(store);
    await lookUntil(watch, () => watch.find(id)?.problem !== undefined);
    expect(isRemembered(store)).toBe(true);
    store.trash.purge(id);
    await lookUntil(watch, () => !isRemembered(store));
    expect(problems).toHaveLength(1);
  });

  it('is looked at as long as one of them is there, also where its folder can’t be read', async () => {
    const { store, folder, one, other } = newPlanOfTwo();
    const { watch } = watching(store);
    await lookUntil(watch, () => watch.find(other) !== undefined);
    store.history.markDeleted([one]);
    store.trash.purge(one);
    renameSync(folder, `${folder}-moved`);
    await lookUntil(watch, () => watch.find(other)?.problem !== undefined);
    expect(isRemembered(store)).toBe(true);
  });

  it('is looked at as long as one of them is there, also where it could not be read since the start', async () => {
    const { store, folder, one, other } = newPlanOfTwo();
    store.history.markDeleted([one]);
    store.trash.purge(one);
    const missing = `${folder}-missing`;
    renameSync(folder, missing);
    const { watch, problems } = watching(store);
    await lookUntil(watch, () => problems.length > 0);
    expect(isRemembered(store)).toBe(true);
    renameSync(missing, folder);
    await lookUntil(watch, () => watch.find(other) !== undefined);
    store.history.markDeleted([other]);
    store.trash.purge(other);
    await lookUntil(watch, () => !isRemembered(store));
  });
});

describe('a plan of which nothing is here yet', () => {
  it('is remembered until something is published, and then as any other', async () => {
    const { folder, id } = newPlan();
    const store = emptyStore();
    const { submissions } = Workbench.over(store);
    submissions.remember(submissions.open(folder), { on: 'local' });
    const { watch, changed } = watching(store);
    await lookUntil(watch, () => changed.length > 0);
    expect(rememberedPlans(store).get(id)?.lastRun?.on).toBe('local');
    await publish(folder, 1);
    await submissions.open(folder).collect();
    await lookUntil(watch, () => watch.countsOf(id)?.done === 1);
    expect(rememberedPlans(store).get(id)?.lastRun?.on).toBe('local');
    store.history.markDeleted([id]);
    store.trash.purge(id);
    await lookUntil(watch, () => rememberedPlans(store).size === 0);
  });

  it('is remembered as well when its searches were here and are gone for good', async () => {
    const { store, folder, id } = newPlan();
    store.history.markDeleted([id]);
    store.trash.purge(id);
    const { submissions } = Workbench.over(store);
    submissions.remember(submissions.open(folder), { on: 'local' });
    const { watch, changed } = watching(store);
    await lookUntil(watch, () => changed.length > 0);
    expect(rememberedPlans(store).has(id)).toBe(true);
  });
});

describe('the process that looks', () => {
  /** A plan that is never read to its end. @returns when somebody reads it. */
  function hang(folder: string): () => Promise<void> {
    const plan = path.join(folder, 'plan.json');
    rmSync(plan);
    execFileSync('mkfifo', [plan]);
    return async () => {
      const writer = await vi.waitFor(
        // Fails while nobody reads.
        () => openSync(plan, constants.O_WRONLY | constants.O_NONBLOCK),
        { timeout: 60_000, interval: 20 },
      );
      onTestFinished(() => {
        closeSync(writer);
      });
    };
  }

  it('may die in a look: that is told, and the next look begins another one', async () => {
    const { store, folder, id } = newPlan();
    const hanging = temporaryFolder();
    const hangingId = submitSample(store, hanging);
    const isRead = hang(hanging);
    const { watch, errors } = watching(store);
    watch.look();
    await isRead();
    started[0]!.kill('SIGKILL');
    await vi.waitFor(() => {
      expect(errors).toEqual([
        expect.objectContaining({ message: expect.stringContaining('SIGKILL') }),
      ]);
    });
    forgetPlan(store, hangingId);
    sayState(folder, 1);
    await lookUntil(watch, () => watch.countsOf(id)?.running === 1);
    expect(errors).toHaveLength(1);
    expect(started).toHaveLength(2);
  });

  it('says once why it can’t open the database, and goes on when it can', async () => {
    const { store, id } = newPlan();
    const setVersion = (version: number): number =>
      inspect(path.join(store.directory, 'workbench.sqlite'), (database) => {
        const before = database.pragma('user_version', { simple: true });
        database.pragma(`user_version = ${version}`);
        return Number(before);
      });
    const version = setVersion(9999);
    const { watch, errors } = watching(store);
    await lookUntil(watch, () => errors.length > 0);
    const failed = expect.objectContaining({
      code: 'store-failed',
      message: expect.stringContaining('was written by a newer version') as string,
    }) as unknown;
    expect(errors).toEqual([failed]);
    // A look is sent only once the one before has ended.
    const looked = vi.spyOn(started[0]!, 'send');
    await lookUntil(watch, () => looked.mock.calls.length >= 3);
    expect(errors).toEqual([failed]);
    setVersion(version);
    await lookUntil(watch, () => watch.countsOf(id) !== undefined);
    expect(errors).toEqual([failed]);
    expect(started).toHaveLength(1);
  });

  it('does not keep the workbench from closing while a disk does not answer', async () => {
    const { store, folder } = newPlan();
    const isRead = hang(folder);
    const { watch, changed, errors } = watching(store);
    watch.look();
    await isRead();
    await watch.close();
    expect(started[0]!.signalCode).toBe('SIGKILL');
    watch.look();
    expect(started).toHaveLength(1);
    expect([changed, errors]).toEqual([[], []]);
  });
});

describe('remembered plans', () => {
  it('of earlier versions are read: a folder, or a folder with a template', () => {
    const store = emptyStore();
    const template = 'nice {command}';
    store.preferences.set('workbench:plan:search-1', '/one');
    store.preferences.set('workbench:plan:search-2', { folder: '/two', template });
    expect([...rememberedPlans(store).values()]).toEqual([
      { folder: '/one' },
      { folder: '/two', lastRun: { on: 'command', template } },
    ]);
  });

  it('take over which searches they have, with all else as it was; forgotten ones stay so', () => {
    const store = emptyStore();
    rememberPlan(store, 'search-1', { folder: '/one' });
    const lastRun = { on: 'slurm' } as const;
    rememberPlan(store, 'search-2', { folder: '/two', lastRun });
    for (const id of ['search-1', 'search-2', 'search-3'])
      rememberSearches(store, id, [id, 'more']);
    expect([...rememberedPlans(store)]).toEqual([
      ['search-1', { folder: '/one', searchIds: ['search-1', 'more'] }],
      ['search-2', { folder: '/two', lastRun, searchIds: ['search-2', 'more'] }],
    ]);
  });

  it('are the last hundred, each once', () => {
    const store = emptyStore();
    for (let index = 100; index <= 201; index += 1) {
      rememberPlan(store, `search-${index}`, { folder: '/old' });
    }
    rememberPlan(store, 'search-201', { folder: '/new' });
    const plans = rememberedPlans(store);
    expect(plans.size).toBe(100);
    expect([[...plans.keys()][0], plans.get('search-201')]).toEqual([
      'search-102',
      { folder: '/new' },
    ]);
  });

  it('are found again where a command has last looked at them', () => {
    const { store, folder, id } = newPlan();
    const moved = `${temporaryFolder()}/moved`;
    renameSync(folder, moved);
    const { submissions } = Workbench.over(store);
    expect(submissions.remember(submissions.open(moved))).toBeUndefined();
    expect([...rememberedPlans(store)]).toMatchObject([[id, { folder: moved }]]);
  });

  it('do not keep shards from running where nothing more can be remembered', () => {
    const { store, folder, id } = newPlan();
    forgetPlan(store, id);
    for (let index = 0; index < 1000; index += 1) store.preferences.set(`key-${index}`, true);
    const { submissions } = Workbench.over(store);
    expect(submissions.remember(submissions.open(folder))).toMatchObject({ code: 'conflict' });
  });
});
