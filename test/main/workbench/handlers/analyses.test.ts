import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import { ANSWER_LIMITS, decodeFrame, encodeFrame } from '../../../../src/shared/contract/wire.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import type { AnalysisResult } from '../../../../src/shared/domain/analysis.ts';
import type { MaskOverlapResult } from '../../../../src/main/engine/analyses/mask-overlap.ts';
import {
  denseLayout,
  ENVIRONMENT,
  FINGERPRINT,
  sampleSearch,
  sampleTraining,
} from '../../store/samples.ts';
import { openTestWorkbench, type TestWorkbench } from './support.ts';

/** A search whose trainings are there; the runner behind the queue trains nothing. */
function finished({ store }: TestWorkbench, layout = denseLayout(5, 4, 3)): string {
  const search = sampleSearch({}, layout);
  const { id } = store.searches.create(search);
  store.searches.start(id, ENVIRONMENT, FINGERPRINT);
  for (const key of plannedTrainings(search.settings)) {
    store.trainings.save(id, sampleTraining(key, {}, layout));
  }
  store.searches.setStatus(id, 'finished');
  return id;
}

/** A finished search whose levels 1 and 2 have the masks of these levels of the samples. */
function withLevels(
  { store }: TestWorkbench,
  layout: ReturnType<typeof denseLayout>,
  levels: readonly [number, number],
): string {
  const search = sampleSearch({ branches: [] }, layout);
  const { id } = store.searches.create(search);
  store.searches.start(id, ENVIRONMENT, FINGERPRINT);
  for (const key of plannedTrainings(search.settings)) {
    const level = key.level === 0 ? 0 : levels[key.level - 1]!;
    store.trainings.save(id, { ...sampleTraining({ ...key, level }, {}, layout), key });
  }
  store.searches.setStatus(id, 'finished');
  return id;
}

const RESULT: AnalysisResult & MaskOverlapResult = {
  kind: 'mask-overlap',
  between: 'replicates',
  tensors: ['fc1.kernel'],
  scope: 'layer',
  pairs: [],
};

const OVERLAP = {
  overlap: 0.5,
  expected: 0.2,
  expectedGlobally: 0.1,
  tensorOverlaps: Float64Array.of(0.5),
  tensorExpected: Float64Array.of(0.2),
};

describe('analyses', () => {
  it('are asked for with defaults filled in, and queued like a resume', async () => {
    const test = openTestWorkbench();
    const { client, store } = test;
    const id = finished(test);
    const overview = await client.call('search.analyse', {
      id,
      analysis: { id: 'weight-movement', levels: [1] },
    });

    expect(overview).toMatchObject({
      choice: { id: 'weight-movement', levels: [1], bins: 50 },
      unitsDone: 0,
      unitsTotal: 2,
    });
    await expect.poll(() => test.runner.started, { interval: 5 }).toEqual([id]);
    expect(store.searches.get(id).status).toBe('finished');
  });

  it('are refused where the search lacks what they need', async () => {
    const test = openTestWorkbench();
    const id = finished(test);
    const ask = (analysis: Record<string, string | number | number[]>) =>
      test.client.call('search.analyse', { id, analysis });

    await expect(ask({ id: 'connectivity', levels: [7] })).rejects.toMatchObject({
      code: 'invalid-settings',
      message: 'connectivity: levels has 7; expected levels from 0 to 2',
    });
    await expect(ask({ id: 'instability', points: 2 })).rejects.toMatchObject({
      code: 'invalid-settings',
      message: expect.stringContaining('instability.points is 2') as string,
    });
    await expect(ask({ id: 'conectivity' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(ask({ id: 'connectivity', depth: 1 })).rejects.toMatchObject({
      code: 'invalid-settings',
    });
    expect(await test.client.call('search.analyses', { id })).toEqual([]);
    expect(test.faults).toEqual([]);
  });

  it('show how far they are while they run, and stop for good when they fail', async () => {
    const test = openTestWorkbench();
    const { client, store, queue } = test;
    const id = finished(test);
    let fail: (error: Error) => void = () => undefined;
    test.runner.runToEnd = (_id, options) => {
      const running = [
        {
          analysis: 1,
          kind: 'connectivity',
          unit: 'replicate 1, level 0',
          worker: 0,
          fraction: 0.5,
        },
      ];
      options?.onEvent?.({
        type: 'analysing',
        fraction: 0.25,
        etaSeconds: 8,
        unitsDone: 1,
        unitsTotal: 6,
        running,
      });
      return new Promise((resolve) => {
        fail = (error) => {
          resolve({ reason: 'failed', error });
        };
      });
    };
    const { id: analysis } = await client.call('search.analyse', {
      id,
      analysis: { id: 'connectivity' },
    });

    expect(analysis).toBe(1);
    expect(queue.live.live(id)).toMatchObject({
      fraction: 0.25,
      etaSeconds: 8,
      running: [],
      analysing: { unitsDone: 1, unitsTotal: 6, running: [{ unit: 'replicate 1, level 0' }] },
    });
    expect((await client.call('search.analyses', { id }))[0]!.state).toBe('running');
    await expect(client.call('search.forgetAnalysis', { id, analysis })).rejects.toMatchObject({
      code: 'conflict',
    });

    fail(new Error('a weight is no longer a number'));
    await expect.poll(() => queue.live.live(id), { interval: 5 }).toBeUndefined();
    expect((await client.call('search.analyses', { id }))[0]!.state).toBe('stopped');
    expect(store.searches.get(id).status).toBe('finished');
    expect(store.queue.list()).toEqual([]);
  });

  it('wait for a search that is not finished', async () => {
    const test = openTestWorkbench();
    const { id } = test.store.searches.create(sampleSearch());
    const overview = await test.client.call('search.analyse', {
      id,
      analysis: { id: 'connectivity' },
    });

    expect(overview.state).toBe('waiting');
    expect(test.runner.started).toEqual([]);
    await expect(
      test.client.call('search.forgetAnalysis', { id, analysis: overview.id }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are read in the order of their plan, as far as they are', async () => {
    const test = openTestWorkbench();
    const { client, store } = test;
    const id = finished(test);
    const { id: analysis } = store.analyses.request(id, { id: 'mask-overlap' }, 4);
    const save = (unit: string, result: typeof RESULT) => {
      store.analyses.saveUnit(id, analysis, { unit, result, milliseconds: 1 });
    };
    for (const level of [2, 1]) {
      const place = (replicate: number) => ({ replicate, level });
      const pair = { ...OVERLAP, one: place(0), other: place(1) };
      save(`replicates at level ${level}`, { ...RESULT, pairs: [pair] });
    }

    const detail = await client.call('search.analysis', { id, analysis });
    expect(detail).toMatchObject({ state: 'stopped', unitsDone: 2, unitsTotal: 4 });
    expect(detail.report.tables.map(({ rows }) => rows.map(([level]) => level))).toEqual([
      ['1', '2'],
    ]);
    expect(detail.report.charts.map((chart) => chart.id)).toEqual(['mask-overlap']);
    expect(decodeFrame(encodeFrame(detail), ANSWER_LIMITS)).toEqual(detail);

    await client.call('search.forgetAnalysis', { id, analysis });
    expect(await client.call('search.analyses', { id })).toEqual([]);
    await expect(client.call('search.analysis', { id, analysis })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('of a finished search that are stopped wait until they are asked for again', async () => {
    const test = openTestWorkbench();
    const { client, queue, store } = test;
    const id = finished(test);
    const busy = store.searches.create(sampleSearch()).id;
    await queue.add(busy, undefined);
    const [, again] = [
      await client.call('search.analyse', { id, analysis: { id: 'connectivity' } }),
      await client.call('search.analyse', { id, analysis: { id: 'connectivity' } }),
    ];
    expect(again.state).toBe('waiting');
    await client.call('search.stop', { id });

    const [stopped] = await client.call('search.analyses', { id });
    expect(stopped!.state).toBe('stopped');
    expect(store.searches.get(id).status).toBe('finished');
    expect(store.queue.list().map(({ searchId }) => searchId)).toEqual([busy]);
  });
});

describe('mask overlap between searches', () => {
  it('is told level by level, replicate by replicate', async () => {
    const test = openTestWorkbench();
    const ids = [finished(test), finished(test), finished(test)];
    const overlap = await test.client.call('search.overlap', { ids });

    expect(overlap.searches.map(({ id }) => id)).toEqual(ids);
    expect(overlap.tensors).toEqual(['fc1.kernel', 'fc2.kernel']);
    expect(overlap.pairs.map(({ one, other, level }) => [one, other, level])).toEqual([
      [0, 1, 1],
      [0, 1, 2],
      [0, 2, 1],
      [0, 2, 2],
      [1, 2, 1],
      [1, 2, 2],
    ]);
    // Samples of the same key are the same.
    for (const { overlaps, expected, replicates } of overlap.pairs) {
      expect([...replicates]).toEqual([0, 1]);
      expect([...overlaps]).toEqual([1, 1]);
      expect(Math.max(...expected)).toBeLessThan(1);
    }
    expect(decodeFrame(encodeFrame(overlap), ANSWER_LIMITS)).toEqual(overlap);
  });

  it('pairs levels of equal density, and never others', async () => {
    const test = openTestWorkbench();
    const layout = denseLayout(50, 40, 3);
    // Level 1 of the second keeps what level 2 of the first keeps; its level 2 keeps what no other does.
    const ids = [finished(test, layout), withLevels(test, layout, [2, 7])];
    const { pairs, densityRatio, searches } = await test.client.call('search.overlap', { ids });

    expect(pairs.map(({ level, otherLevel }) => [level, otherLevel])).toEqual([[2, 1]]);
    expect([...pairs[0]!.overlaps]).toEqual([1, 1]);
    expect([...searches[1]!.levels]).toEqual([1, 2]);
    for (const { densities, otherDensities } of pairs) {
      const ratio = densities[0]! / otherDensities[0]!;
      expect(Math.max(ratio, 1 / ratio)).toBeLessThanOrEqual(densityRatio);
    }
  });

  it('names the searches that have no density in common', async () => {
    const test = openTestWorkbench();
    const layout = denseLayout(50, 40, 3);
    const ids = [withLevels(test, layout, [1, 2]), withLevels(test, layout, [6, 7])];
    const { pairs, apart, leftOut } = await test.client.call('search.overlap', { ids });
    expect(pairs).toEqual([]);
    expect(leftOut).toEqual([]);
    expect(apart).toMatchObject([{ one: 0, other: 1 }]);
    expect(apart[0]?.reason).toMatch(
      /^no density in common \(within 3 %\): [\d.]+ % and [\d.]+ % in A sample; [\d.]+ % and/,
    );
  });

  it('leaves out what does not fit, with the reason, and compares the others', async () => {
    const test = openTestWorkbench();
    const { store } = test;
    const empty = store.searches.create(sampleSearch({}, denseLayout(5, 4, 3))).id;
    const other = finished(test, denseLayout(5, 6, 3));
    const ids = [other, finished(test), empty, finished(test)];
    const reference = ids[1]!;
    const overlap = await test.client.call('search.overlap', { ids, reference });

    expect(overlap.searches.map(({ id }) => id)).toEqual([ids[1], ids[3]]);
    expect(overlap.pairs.map(({ one, other: two }) => [one, two])).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(overlap.leftOut).toEqual([
      {
        id: other,
        name: 'A sample',
        reason:
          'its network differs from that of A sample: tensor 1 is fc1.kernel [5, 6], there fc1.kernel [5, 4]',
      },
      { id: empty, name: 'A sample', reason: 'no pruned level has finished' },
    ]);
  });

  it('leaves out a search whose mask can no longer be read', async () => {
    const test = openTestWorkbench();
    const ids = [finished(test), finished(test), finished(test)];
    const { trainings } = test.store;
    const read = trainings.mask.bind(trainings);
    trainings.mask = (id, key) => {
      if (id === ids[1]) throw new WorkbenchError('store-failed', 'the mask is damaged');
      return read(id, key);
    };
    const { searches, leftOut, pairs } = await test.client.call('search.overlap', { ids });
    expect(leftOut).toMatchObject([{ id: ids[1], reason: 'the mask is damaged' }]);
    expect(searches.map(({ id }) => id)).toEqual([ids[0], ids[2]]);
    expect(pairs.map(({ one, other }) => [one, other])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('compares only with the reference if that is asked for', async () => {
    const test = openTestWorkbench();
    const ids = [finished(test), finished(test), finished(test)];
    const { pairs } = await test.client.call('search.overlap', {
      ids,
      reference: ids[1]!,
      pairs: 'reference',
    });
    expect(pairs.map(({ one, other, level }) => [one, other, level])).toEqual([
      [0, 1, 1],
      [0, 1, 2],
      [1, 2, 1],
      [1, 2, 2],
    ]);
  });

  it('needs two searches', async () => {
    const test = openTestWorkbench();
    await expect(
      test.client.call('search.overlap', { ids: [finished(test)] }),
    ).rejects.toMatchObject({ code: 'invalid-argument' });
  });
});
