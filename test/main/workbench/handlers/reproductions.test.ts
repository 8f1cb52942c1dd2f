import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { ENVIRONMENT, FINGERPRINT, key, sampleTraining } from '../../store/samples.ts';
import { openTestWorkbench } from './support.ts';

describe('a reproduction', () => {
  it('is listed with its cost, its papers and its claims', async () => {
    const { client, faults } = openTestWorkbench();
    const all = await client.call('reproduce.list', { scale: 0.01 });
    const lenet = all.find(({ name }) => name === 'lenet-300-100');
    expect(lenet).toMatchObject({
      scale: 0.01,
      scaledTo: '500 of 50,000 iterations per training',
      // 5 × (16 + 15) of the search and 5 × 5 of the sweep, which shares its dense network.
      cost: { trainingsToRun: 180, iterationsToRun: 90_000, estimate: undefined },
      runs: [{ searchIds: [], isFinished: false }, { searchIds: [] }],
    });
    expect(lenet?.papers[0]).toContain('arXiv 1803.03635');
    expect(new Set(lenet?.claims.map(({ outcome }) => outcome))).toEqual(new Set(['open']));
    await expect(client.call('reproduce.list', { scale: 2 })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    expect(faults).toEqual([]);
  });

  it('is started once, as searches that say how they are scaled', async () => {
    const { client, faults } = openTestWorkbench();
    const start = { name: 'lenet-300-100', scale: 0.01 };
    const { runs } = await client.call('reproduce.start', start);
    expect(runs.map(({ searchIds }) => searchIds.length)).toEqual([1, 5]);
    expect(runs[1]?.sweepId).toBeDefined();
    const again = await client.call('reproduce.start', start);
    expect(again.runs.map(({ searchIds }) => searchIds)).toEqual(
      runs.map(({ searchIds }) => searchIds),
    );
    const { rows, total } = await client.call('search.list', {});
    expect(total).toBe(6);
    for (const { name } of rows) {
      expect(name).toMatch(
        /^Reproduce lenet-300-100: .+ \(scaled: 500 of 50,000 iterations per training\)/,
      );
    }
    const inFull = await client.call('reproduce.list', {});
    expect(inFull[0]?.runs[0]?.searchIds).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('has fewer replicates where that is asked for, as searches of their own', async () => {
    const { client, store, faults } = openTestWorkbench();
    const start = { name: 'lenet-300-100', scale: 0.01, replicates: 1 };
    const one = await client.call('reproduce.start', start);
    expect(one).toMatchObject({
      replicates: 1,
      scaledTo: '500 of 50,000 iterations per training, 1 of 5 replicates',
      datasets: ['mnist'],
      cost: { trainingsToRun: 36 },
    });
    const [id = ''] = one.runs[0]!.searchIds;
    expect(store.searches.get(id).settings.replicates.count).toBe(1);
    const all = await client.call('reproduce.list', { scale: 0.01 });
    expect(all[0]?.runs[0]?.searchIds).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('has as many replicates as published where more are asked for of all, and refuses them of one', async () => {
    const { client } = openTestWorkbench();
    const [first] = await client.call('reproduce.list', { scale: 1, replicates: 9 });
    expect(first).not.toHaveProperty('replicates');
    expect(first).not.toHaveProperty('scaledTo');
    const start = { name: 'lenet-300-100', scale: 1, replicates: 9 };
    await expect(client.call('reproduce.start', start)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: '9 replicates are more than lenet-300-100 has: it has 5',
    });
  });

  it('counts a search that was launched with the same settings before', async () => {
    const { client } = openTestWorkbench();
    const presets = await client.call('presets');
    const { settings } = presets.find(({ id }) => id === 'lenet-300-100')!;
    const { id } = await client.call('search.launch', {
      settings: JSON.parse(JSON.stringify(settings)) as never,
      name: 'mine',
    });
    const [lenet] = await client.call('reproduce.list', {});
    expect(lenet?.runs[0]?.searchIds).toEqual([id]);
  });

  it('counts a search, and a sweep, that were extended', async () => {
    const { client, store } = openTestWorkbench();
    const { reproductions, planner } = Workbench.over(store);
    const runs = await reproductions.ensureSaved('lenet-300-100', { scale: 0.01 });
    const ids = runs.flatMap(({ searches }) => searches.map(({ id }) => id));
    for (const id of ids) {
      await planner.extend(id, { replicates: 5, branches: ['shuffled-mask'] });
    }
    await planner.extend(ids[0]!, { levels: 1 });
    const [lenet] = await client.call('reproduce.list', { scale: 0.01 });
    expect(lenet?.runs.flatMap(({ searchIds }) => searchIds)).toEqual(ids);
    expect(lenet?.runs[0]?.trainingsTotal).toBe(10 * (17 + 2 * 16));
    const again = await reproductions.ensureSaved('lenet-300-100', { scale: 0.01 });
    expect(again.flatMap(({ searches }) => searches.map(({ id }) => id))).toEqual(ids);
    // It is not a run with one replicate.
    const [one] = await client.call('reproduce.list', { scale: 0.01, replicates: 1 });
    expect(one?.runs[0]?.searchIds).toEqual([]);
  });

  it('is reported as a zip file, with the processor that trained it', async () => {
    const { client, store } = openTestWorkbench();
    const size = { scale: 0.01, replicates: 1 };
    const [iterative] = await Workbench.over(store).reproductions.ensureSaved(
      'lenet-300-100',
      size,
    );
    const [{ id }] = iterative!.searches;
    store.searches.start(id, { ...ENVIRONMENT, cpu: 'Another CPU', cores: 7 }, FINGERPRINT);
    const layout = store.searches.layout(id);
    store.trainings.save(id, sampleTraining(key(0, 0), {}, layout));
    store.trainings.save(id, sampleTraining(key(0, 1), { density: 0.211 }, layout));
    const report = await client.call('reproduce.report', { name: 'lenet-300-100', ...size });
    expect([report.name, report.mediaType]).toEqual([
      'reproduce-lenet-300-100-scaled-0.01-replicates-1.zip',
      'application/zip',
    ]);
    const files = unzipSync(report.bytes);
    expect(Object.keys(files).toSorted()).toEqual([
      'iterative-accuracy.png',
      'iterative-early-stop.png',
      'report.md',
      'summary.json',
    ]);
    const text = new TextDecoder().decode(files['report.md']);
    expect(text).toContain('![Test accuracy at the early stop: LeNet-300-100 on MNIST, iterative');
    expect(text).toContain('Ticket Workbench 0.1.0, Another CPU, 7 cores.');
    expect([...files['iterative-accuracy.png']!.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
  });

  it('is refused by a name that there is not', async () => {
    const { client } = openTestWorkbench();
    await expect(client.call('reproduce.start', { name: 'lenet', scale: 1 })).rejects.toMatchObject(
      {
        code: 'not-found',
        message: 'there is no reproduction "lenet"',
        hint: expect.stringContaining('lenet-300-100, conv-2') as string,
      },
    );
  });
});
