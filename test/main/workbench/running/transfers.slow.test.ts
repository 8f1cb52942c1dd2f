/** Tickets on other data and by other optimizers, on real workers. */
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SearchEvent } from '../../../../src/shared/contract/events.ts';
import { unpackMask } from '../../../../src/shared/domain/mask.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
import { countTrainings, planSweep } from '../../../../src/main/workbench/planning/sweep-plan.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { temporaryFolder } from '../../store/samples.ts';

function openPlace(folder = temporaryFolder()) {
  const store = Store.open(path.join(folder, 'workbench.sqlite'));
  onTestFinished(() => {
    store.close();
  });
  return { store, workbench: Workbench.over(store) };
}

const BLOBS = { id: 'gaussian-blobs', train: 400, test: 200, dimensions: 6 };
const THERE = 'transfer-gaussian-blobs';
const FASTER = 'transfer-momentum';

function settings(changes: object = {}) {
  return resolveSettings({
    preset: 'quick',
    config: {
      dataset: { ...BLOBS, validation: 100 },
      architecture: { id: 'mlp', widths: [12, 8] },
      training: { iterations: 60, evaluateEvery: 20, batchSize: 20, engine: 'sparse' },
      pruning: { levels: 2 },
      rewind: { iteration: 10 },
      replicates: { count: 2 },
      branches: [
        { id: 'transfer', dataset: { ...BLOBS, seed: 5, classes: 7 } },
        { id: 'transfer', optimizer: { id: 'momentum', learningRate: 0.05 } },
      ],
      ...changes,
    },
  });
}

/** Everything a search leaves, times and origins aside. */
function resultsOf(store: Store, searchId: string): unknown[] {
  return store.trainings.list(searchId).map(({ key, density, keptCounts, engine, evaluations }) => {
    const weights = store.trainings.weights(searchId, key);
    return { key, density, keptCounts, engine, evaluations, weights };
  });
}

function adoptedIn(events: readonly SearchEvent[]): number {
  return events.filter(
    (event) => event.type === 'training-finished' && event.adoptedFrom !== undefined,
  ).length;
}

describe('a search with transfers', () => {
  it('has the same bits on any number of workers, stopped and gone on with or not', async () => {
    const whole = openPlace();
    const { id } = await whole.workbench.planner.create(settings(), 'whole');
    const result = await whole.workbench.runner.run(id, { workers: 1 });
    // 2 replicates × (3 dense, 2 levels × 3)
    expect(whole.store.trainings.keys(id)).toHaveLength(2 * (3 + 2 * 3));
    expect(Object.keys(result.targets!)).toEqual([THERE, FASTER]);
    expect(Object.keys(result.levels[1]!.branches)).toEqual(['ticket', THERE, FASTER]);

    const folder = temporaryFolder();
    const parts = openPlace(folder);
    const { id: other } = await parts.workbench.planner.create(settings(), 'parts');
    // Two more trainings may end on the workers while the search stops: at most 15 of the 18.
    for (const trained of [2, 3, 4]) {
      const stop = new AbortController();
      let finished = 0;
      const run = parts.workbench.runner.run(other, {
        workers: 2,
        signal: stop.signal,
        onEvent: ({ type }) => {
          if (type === 'training-finished') finished += 1;
          if (finished === trained) stop.abort();
        },
      });
      await expect(run).rejects.toMatchObject({ code: 'interrupted' });
    }
    await parts.workbench.runner.run(other, { workers: 2 });
    expect(resultsOf(parts.store, other)).toEqual(resultsOf(whole.store, id));
    expect(parts.store.searches.get(other).targetFingerprints).toEqual(
      whole.store.searches.get(id).targetFingerprints,
    );
    expect(parts.store.integrityCheck()).toEqual([]);
  });

  it('has as its dense network on the target that of a search there', async () => {
    const { store, workbench } = openPlace();
    const { id } = await workbench.planner.create(settings(), 'from afar');
    await workbench.runner.run(id, { workers: 2 });
    const dataset = { ...BLOBS, validation: 100, seed: 5, classes: 7 };
    const there = await workbench.planner.create(settings({ dataset, branches: [] }), 'there');
    await workbench.runner.run(there.id, { workers: 2 });
    const denseOf = (searchId: string, branch: string) => {
      const key = { replicate: 1, level: 0, branch };
      const { evaluations } = store.trainings
        .list(searchId)
        .find(
          (each) => each.key.replicate === 1 && each.key.level === 0 && each.key.branch === branch,
        )!;
      return { evaluations, ...store.trainings.weights(searchId, key) };
    };
    expect(denseOf(id, THERE)).toEqual(denseOf(there.id, 'ticket'));
  });

  it('exports masks and weights in the shapes of the target', async () => {
    const { store, workbench } = openPlace();
    const { id } = await workbench.planner.create(
      settings({ replicates: { count: 1 } }),
      'exported',
    );
    await workbench.runner.run(id, { workers: 2 });
    const headerOf = async (what: 'masks' | 'weights', branch: string) => {
      const request = { searchId: id, what, format: 'safetensors', branch, level: 1 } as const;
      const bytes = Buffer.from(await workbench.exports.bytes(request));
      const header = bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString('utf8');
      return JSON.parse(header) as Record<string, { shape: number[] } & Record<string, string>>;
    };
    expect((await headerOf('masks', THERE))['output.kernel']?.shape).toEqual([8, 7]);
    expect((await headerOf('weights', THERE))['final.output.bias']?.shape).toEqual([7]);
    expect((await headerOf('masks', FASTER))['output.kernel']?.shape).toEqual([8, 3]);
    const metrics = JSON.parse(
      Buffer.from(
        await workbench.exports.bytes({ searchId: id, what: 'metrics', format: 'json' }),
      ).toString('utf8'),
    ) as { transfers: object[]; search: object };
    expect(metrics.search).toHaveProperty('targetFingerprints');
    expect(metrics.transfers).toMatchObject([
      {
        branch: THERE,
        levels: [1, 2].map((level) => ({ level, verdict: { kind: 'effect size' } })),
      },
      { branch: FASTER },
    ]);
    const { prunableCount } = store.searches.layout(id, THERE);
    const key = { replicate: 0, level: 1, branch: THERE };
    const mask = unpackMask(store.trainings.mask(id, key), prunableCount);
    expect(mask).toHaveLength(6 * 12 + 12 * 8 + 8 * 7);
  });

  it('shares the dense network on the target with the searches of its sweep', async () => {
    const { store, workbench } = openPlace();
    const branches = [{ id: 'transfer', dataset: { ...BLOBS, seed: 5 } }];
    const base = settings({ branches, replicates: { count: 1 } });
    const draft = { 'dataset.seed': [1, 2] };
    const { id } = await workbench.planner.createSweep(base, draft, 'two sources');
    const events: SearchEvent[] = [];
    await workbench.runner.runSweep(id, {
      workers: 2,
      onEvent: (_, event) => {
        events.push(event);
      },
    });
    const { trainings, trainingsToRun } = countTrainings((await planSweep(base, draft)).points);
    expect(trainings - trainingsToRun).toBe(1);
    expect(adoptedIn(events)).toBe(1);
    for (const { searchId } of store.sweeps.members(id)) {
      const alone = openPlace();
      const { settings: own } = store.searches.get(searchId);
      const single = await alone.workbench.planner.create(own, 'alone');
      await alone.workbench.runner.run(single.id, { workers: 1 });
      expect(resultsOf(store, searchId)).toEqual(resultsOf(alone.store, single.id));
    }
  });
});
