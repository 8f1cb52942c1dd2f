import { describe, expect, it } from 'vitest';
import { sweepChart } from '../../../../src/shared/charts/density-chart.ts';
import { markedSearchOf, markersFor } from '../../../../src/shared/published/markers.ts';
import type { JsonObject } from '../../../../src/shared/contract/json.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
import { openTestWorkbench, type TestWorkbench } from './support.ts';

const draft = (): JsonObject =>
  JSON.parse(
    JSON.stringify(
      resolveSettings({
        preset: 'quick',
        assignments: ['pruning.levels=1', 'replicates.count=1', 'training.iterations=200'],
      }),
    ),
  ) as JsonObject;

/** Dense network, ticket and random-reinit of one level. */
const TRAININGS = 3;
const SWEEP = { 'rewind.iteration': [0, 50], 'pruning.strategy.fraction': [0.2, 0.5] };

const launch = (test: TestWorkbench) =>
  test.client.call('sweep.launch', { settings: draft(), sweep: SWEEP, name: 'grid' });

describe('a sweep', () => {
  it('is planned: every grid point, and what is left to train when all is shared', async () => {
    const { client, store } = openTestWorkbench();
    const check = await client.call('sweep.plan', { settings: draft(), sweep: SWEEP });

    expect(check).toMatchObject({
      valid: true,
      plan: {
        trainings: 4 * TRAININGS,
        // One dense network for all four.
        trainingsToRun: 1 + 4 * (TRAININGS - 1),
        iterationsToRun: 200 + 4 * 200 + 4 * 150,
      },
    });
    expect(check.valid && check.plan.points.map(({ label }) => label)).toEqual([
      'iteration = 0, fraction = 0.2',
      'iteration = 0, fraction = 0.5',
      'iteration = 50, fraction = 0.2',
      'iteration = 50, fraction = 0.5',
    ]);
    expect(store.sweeps.summaries()).toEqual([]);
  });

  it('is refused with path and value of every grid point that can’t be, and nothing is saved', async () => {
    const { client, store } = openTestWorkbench();
    const sweep = { 'training.batchSize': [60, 0, 70_000], 'rewind.iteration': [0, 300] };
    const check = await client.call('sweep.plan', { settings: draft(), sweep });

    expect(check.valid).toBe(false);
    const problems = check.valid ? [] : check.problems.map(({ message }) => message);
    expect(problems).toContain(
      'at batchSize = 60, iteration = 300: rewind.iteration is 300; expected below training.iterations, 200',
    );
    expect(problems.some((text) => text.includes('training.batchSize is 0'))).toBe(true);
    expect(problems.some((text) => text.includes('training.batchSize is 70000'))).toBe(true);
    await expect(
      client.call('sweep.launch', { settings: draft(), sweep, name: 'grid' }),
    ).rejects.toMatchObject({ code: 'invalid-settings' });
    expect(store.searches.list()).toEqual([]);
  });

  it('takes settings that are not complete without its values', async () => {
    const { client } = openTestWorkbench();
    const { levels: _levels, ...pruning } = draft()['pruning'] as JsonObject;
    const settings = { ...draft(), pruning: { ...pruning, schedule: 'one-shot' } };
    const sweep = { 'pruning.targetDensity': [0.1, 0.2] };
    const check = await client.call('sweep.plan', { settings, sweep });

    expect(check).toMatchObject({
      valid: true,
      plan: { first: { pruning: { targetDensity: 0.1, levels: 1 } }, estimate: undefined },
    });
  });

  it('is refused where two grid points mean the same', async () => {
    const { client } = openTestWorkbench();
    const sweep = { rewind: [{ iteration: 0 }, { id: 'weights' }] };
    const check = await client.call('sweep.plan', { settings: draft(), sweep });

    expect(check).toMatchObject({
      valid: false,
      problems: [{ message: expect.stringContaining('the same settings as at') as string }],
    });
  });

  it('is refused where epochs come to the iterations of another grid point', async () => {
    const { client } = openTestWorkbench();
    const sweep = { 'training.iterations': ['1ep', 100, '2ep'] };
    const check = await client.call('sweep.plan', { settings: draft(), sweep });

    expect(check).toMatchObject({
      valid: false,
      problems: [
        {
          path: 'training.iterations',
          message: 'at iterations = 100: the same settings as at iterations = 1ep',
        },
      ],
    });
  });

  it('takes several rewind points, each with settings of its own', async () => {
    const { client } = openTestWorkbench();
    const check = await client.call('sweep.plan', {
      settings: draft(),
      sweep: {
        rewind: [
          { iteration: 0 },
          { iteration: 50 },
          { id: 'learning-rate', iteration: 50 },
          { id: 'fine-tune', iterations: 20 },
        ],
      },
    });

    expect(check).toMatchObject({
      valid: true,
      plan: { trainings: 12, trainingsToRun: 9 },
    });
  });

  it('is launched, runs to its end and is one table', async () => {
    const test = openTestWorkbench();
    const { client } = test;
    const launched = await launch(test);
    const { id } = launched.row;

    expect(launched.row).toMatchObject({ name: 'grid', points: 4, trainingsTotal: 12 });
    expect(launched.points.map(({ row }) => row.name)[1]).toBe(
      'grid: iteration = 0, fraction = 0.5',
    );

    test.runner.allow(100);
    await expect
      .poll(async () => (await client.call('sweep.get', { id })).row.state, { interval: 5 })
      .toBe('finished');
    const { table, series } = await client.call('sweep.results', { id });
    expect(table.names).toEqual(['iteration', 'fraction']);
    expect(table.rows.map(({ values }) => values)).toEqual([
      [0, 0.2],
      [0, 0.5],
      [50, 0.2],
      [50, 0.5],
    ]);
    for (const row of table.rows) {
      expect(row).toMatchObject({ state: 'finished', last: { level: 1 }, trained: 3, adopted: 0 });
      expect(row.dense?.testAccuracyAtEarlyStop.mean).toBeGreaterThan(0);
    }
    expect(series.map(({ name }) => name)).toContain('iteration = 50, fraction = 0.5');

    const csv = await client.call('sweep.export', { id, what: 'table', format: 'csv' });
    expect(csv.name).toBe('grid-sweep-table.csv');
    const lines = new TextDecoder().decode(csv.bytes).trimEnd().split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^rewind\.iteration,pruning\.strategy\.fraction,search,state,/);
    expect(lines[4]).toMatch(/^50,0\.5,/);
    const chart = await client.call('sweep.export', { id, what: 'chart', format: 'svg' });
    expect(new TextDecoder().decode(chart.bytes)).toContain('<svg');
    const markers = markersFor(
      'accuracy',
      series.map((each) => markedSearchOf(each, 'ticket')),
      { published: await client.call('published.list'), own: [] },
    );
    const ofWindow = await client.call('chart.export', {
      chart: sweepChart('grid', series, 'accuracy', markers),
      theme: 'light',
      format: 'svg',
      name: 'grid',
    });
    expect(Buffer.from(ofWindow.bytes).equals(chart.bytes)).toBe(true);
    await expect(
      client.call('sweep.export', { id, what: 'chart', format: 'csv' }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('expected pdf or svg or png') as string,
    });
    expect(test.events.map(({ type }) => type)).toContain('sweep-changed');
    expect(test.events.findLast(({ type }) => type === 'sweep-live')).toEqual({
      type: 'sweep-live',
      id,
      live: undefined,
    });
    expect(test.faults).toEqual([]);
    expect(test.runner.sweeps).toEqual([id]);
  });

  it('runs all of its searches at once, and other searches one after another', async () => {
    const test = openTestWorkbench();
    const { id } = (await launch(test)).row;
    const single = await test.client.call('search.launch', { settings: draft(), name: 'single' });

    const states = (await test.client.call('sweep.get', { id })).points.map(({ row }) => row.state);
    expect(states).toEqual(Array(4).fill('running'));
    expect(test.store.history.get(single.id).state).toBe('queued');
    test.runner.allow(100);
    await expect
      .poll(() => test.store.history.get(single.id).state, { interval: 5 })
      .toBe('finished');
    expect(test.runner.started.at(-1)).toBe(single.id);
  });

  it('is one line of the history, with its searches beneath it', async () => {
    const test = openTestWorkbench();
    const { client } = test;
    const { row } = await launch(test);
    const single = await client.call('search.launch', { settings: draft(), name: 'single' });
    const expanded = [row.id];

    expect(await client.call('history.lines')).toMatchObject({
      total: 2,
      searches: 5,
      lines: [
        { kind: 'search', row: { id: single.id, isOurs: true } },
        {
          kind: 'sweep',
          row: {
            id: row.id,
            name: 'grid',
            state: 'running',
            swept: 'iteration = 0, 50; fraction = 0.2, 0.5',
          },
          isExpanded: false,
        },
      ],
    });
    const { lines } = await client.call('history.lines', { expanded, offset: 2, limit: 2 });
    expect(lines).toMatchObject([
      { position: 1, row: { name: 'grid: iteration = 0, fraction = 0.2', isOurs: true } },
      {
        position: 2,
        row: { name: 'grid: iteration = 0, fraction = 0.5' },
        sweep: {
          id: row.id,
          name: 'grid',
          values: [
            { name: 'iteration', text: '0' },
            { name: 'fraction', text: '0.5' },
          ],
        },
      },
    ]);

    test.runner.allow(100);
    const finished = { filter: { states: ['finished' as const], text: '0.2' } };
    await expect
      .poll(async () => (await client.call('history.lines', finished)).searches, { interval: 5 })
      .toBe(3);
    await client.call('search.delete', { ids: [test.store.sweeps.members(row.id)[0]!.searchId] });
    expect(await client.call('history.lines', { ...finished, expanded })).toMatchObject({
      total: 3,
      lines: [{ kind: 'search' }, { matching: [{}], row: { points: 3 } }, { kind: 'search' }],
    });
  });

  it('stops and is gone on with, losing nothing', async () => {
    const test = openTestWorkbench();
    const { client } = test;
    const { id } = (await launch(test)).row;
    test.runner.allow(2);
    await expect
      .poll(async () => (await client.call('sweep.get', { id })).row.trainingsDone, { interval: 5 })
      .toBe(2);

    const stopped = await client.call('sweep.stop', { id });
    expect(stopped.points.map(({ row }) => row.state)).toEqual(Array(4).fill('interrupted'));
    expect(stopped.row).toMatchObject({ state: 'interrupted', trainingsDone: 2 });
    await expect(client.call('sweep.pause', { id })).rejects.toMatchObject({ code: 'conflict' });

    test.runner.allow(100);
    await client.call('sweep.resume', { id });
    await expect
      .poll(async () => (await client.call('sweep.get', { id })).row.state, { interval: 5 })
      .toBe('finished');
    await expect(client.call('sweep.resume', { id })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('ends with its last search', async () => {
    const test = openTestWorkbench();
    const { id } = (await launch(test)).row;
    await test.client.call('sweep.stop', { id });
    const ids = test.store.sweeps.members(id).map(({ searchId }) => searchId);
    await test.client.call('search.delete', { ids: ids.slice(0, 3) });

    expect((await test.client.call('sweep.get', { id })).points).toHaveLength(1);
    for (const searchId of ids) test.store.searches.delete(searchId);
    expect(test.store.sweeps.summaries()).toEqual([]);
    await expect(test.client.call('sweep.get', { id })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
