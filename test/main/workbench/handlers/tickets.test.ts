import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ANSWER_LIMITS, decodeFrame, encodeFrame } from '../../../../src/shared/contract/wire.ts';
import { packMask, unpackMask } from '../../../../src/shared/domain/mask.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import type { Choice } from '../../../../src/shared/domain/definition.ts';
import type { TrainingKey } from '../../../../src/shared/domain/training.ts';
import type { Settings } from '../../../../src/shared/domain/settings.ts';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { sealTraining } from '../../../../src/main/store/checksums.ts';
import { Connection } from '../../../../src/main/store/connection.ts';
import {
  denseLayout,
  ENVIRONMENT,
  FINGERPRINT,
  key,
  sampleReading,
  sampleSearch,
  sampleTraining,
} from '../../store/samples.ts';
import { inspect } from '../../store/support.ts';
import { openTestWorkbench, type TestWorkbench } from './support.ts';

/** Fully connected on 12 inputs, which are an image of 2 × 2 pixels in three colours. */
const NETWORK = architectures.get('mlp').build({ id: 'mlp', widths: [5] }, [2, 2, 3], 3);
const LAYOUT = layoutOf(NETWORK);
const SETTINGS: Partial<Settings> = {
  architecture: { id: 'mlp', widths: [5] },
  branches: ['random-reinit', 'supermask'],
};

function finished(test: TestWorkbench, changes: Partial<Settings> = {}, layout = LAYOUT): string {
  const { store } = test;
  const search = sampleSearch({ ...SETTINGS, ...changes }, layout);
  const { id } = store.searches.create(search);
  store.searches.start(id, ENVIRONMENT, FINGERPRINT);
  for (const training of plannedTrainings(search.settings)) {
    store.trainings.save(id, sampleTraining(training, {}, layout));
  }
  const reading = sampleReading();
  const summary = { ...reading.summary, shape: [2, 2, 3] };
  store.dataReadings.save(id, 'ticket', { ...reading, summary });
  store.searches.setStatus(id, 'finished');
  return id;
}

/** Leaves a training of which only the mask is stored, sealed without its weights. */
function dropWeights(
  { store }: TestWorkbench,
  searchId: string,
  { replicate, level, branch }: TrainingKey,
): void {
  const file = path.join(store.directory, 'workbench.sqlite');
  inspect(file, (database) => {
    const id = database
      .prepare<unknown[], number>(
        'SELECT id FROM trainings WHERE search_id = ? AND replicate = ? AND level = ? AND branch = ?',
      )
      .pluck()
      .get(searchId, replicate, level, branch)!;
    database
      .prepare("DELETE FROM training_blobs WHERE role LIKE '%-weights' AND training_id = ?")
      .run(id);
    sealTraining(new Connection(database, file, Date.now), id);
  });
}

describe('the overview of a ticket', () => {
  it('has layers, trainings and what they took', async () => {
    const test = openTestWorkbench();
    const id = finished(test);
    const overview = await test.client.call('ticket.overview', { id });

    expect(overview.layers['ticket']).toEqual([
      {
        tensor: 'fc1.kernel',
        kind: 'dense',
        shape: [12, 5],
        weights: 60,
        uses: 1,
        readsExamples: true,
      },
      {
        tensor: 'output.kernel',
        kind: 'dense',
        shape: [5, 3],
        weights: 15,
        uses: 1,
        readsExamples: false,
      },
    ]);
    expect(overview).toMatchObject({
      isNetworkKnown: true,
      picture: [2, 2, 3],
      otherParameters: 8,
      origins: { ticket: { kind: 'level-before' }, 'random-reinit': { kind: 'level-before' } },
    });
    // Two replicates of a dense network, and of three branches at two levels.
    expect(overview.trainings).toHaveLength(14);
    expect(overview.trainings[0]).toMatchObject({
      key: key(0, 0),
      density: 1,
      keptCounts: Uint32Array.of(60, 15),
      hasWeights: true,
      isTrained: true,
      seconds: (1234.5 + 67.25) / 1000,
      // 200 steps of batches of 60: two multiply-adds for each weight that reads examples, else three.
      multiplyAdds: 200 * 60 * (2 * 60 + 3 * 15),
    });
    const supermask = overview.trainings.find((training) => training.key.branch === 'supermask');
    expect(supermask).toMatchObject({ isTrained: false, multiplyAdds: 0 });
    expect(decodeFrame(encodeFrame(overview), ANSWER_LIMITS)).toEqual(overview);
  });

  it('says where masks need no training', async () => {
    const test = openTestWorkbench();
    const strategy = { id: 'layerwise-random', fraction: 0.2, outputFraction: 0.1 };
    const pruning = { strategy, schedule: 'iterative', levels: 2 };
    const id = finished(test, { pruning });
    const { origins } = await test.client.call('ticket.overview', { id });
    expect(origins['ticket']).toEqual({ kind: 'rewind-point', denseShare: 0 });
    const rewound = finished(test, { pruning, rewind: { iteration: 50 } });
    expect(await test.client.call('ticket.overview', { id: rewound })).toMatchObject({
      origins: { ticket: { kind: 'rewind-point', denseShare: 50 / 200 } },
    });
    const kept = finished(test, { pruning, rewind: { id: 'fine-tune', iteration: 0 } });
    expect(await test.client.call('ticket.overview', { id: kept })).toMatchObject({
      origins: { ticket: { kind: 'level-before' } },
    });
  });

  it('says which branches need the trained weights of a ticket, and which need none', async () => {
    const test = openTestWorkbench();
    const branches = ['random-reinit', 'random-mask', 'small-dense', 'fine-tune'];
    const originsOf = async (strategy: Choice) => {
      const pruning = { strategy, schedule: 'iterative', levels: 2 };
      const id = finished(test, { branches, pruning });
      return (await test.client.call('ticket.overview', { id })).origins;
    };
    const [needsTicket, needsNone] = [
      { kind: 'level-before' },
      { kind: 'rewind-point', denseShare: 0 },
    ];
    const rates = { fraction: 0.2, outputFraction: 0.1 };
    expect(await originsOf({ id: 'layerwise-magnitude', ...rates })).toEqual({
      ticket: needsTicket,
      'random-reinit': needsTicket,
      'random-mask': needsNone,
      'small-dense': needsNone,
      'fine-tune': needsTicket,
    });
    // How many weights each layer keeps shows only in training.
    expect(await originsOf({ id: 'global-magnitude', fraction: 0.2 })).toMatchObject({
      'random-mask': needsTicket,
      'small-dense': needsNone,
    });
    expect(await originsOf({ id: 'layerwise-random', ...rates })).toMatchObject({
      'random-reinit': needsNone,
      'fine-tune': needsTicket,
    });
  });

  it('knows no network where the architecture is missing or has other shapes', async () => {
    const test = openTestWorkbench();
    const id = finished(test, { architecture: { id: 'mlp', widths: [7] } });
    const overview = await test.client.call('ticket.overview', { id });
    expect(overview.isNetworkKnown).toBe(false);
    expect(overview.layers['ticket']?.map(({ uses }) => uses)).toEqual([undefined, undefined]);
    expect(overview.trainings[0]?.multiplyAdds).toBeUndefined();
    expect(await test.client.call('ticket.paths', { id, ...key(0, 1) })).toEqual({
      effective: undefined,
    });
  });
});

describe('the mask of a layer', () => {
  it('is sent as one bit a weight', async () => {
    const test = openTestWorkbench();
    const id = finished(test);
    const training = sampleTraining(key(1, 2), {}, LAYOUT);
    const mask = unpackMask(training.mask, LAYOUT.prunableCount);

    const first = await test.client.call('ticket.mask', { id, ...key(1, 2), tensor: 'fc1.kernel' });
    expect(first).toMatchObject({ tensor: 'fc1.kernel', shape: [12, 5] });
    expect(first.bits).toEqual(packMask(mask.subarray(0, 60)));
    const last = await test.client.call('ticket.mask', {
      id,
      ...key(1, 2),
      tensor: 'output.kernel',
    });
    expect(last.bits).toEqual(packMask(mask.subarray(60)));
  });

  it('is refused for tensors and trainings that there are not', async () => {
    const { client, ...test } = openTestWorkbench();
    const id = finished({ ...test, client });
    await expect(
      client.call('ticket.mask', { id, ...key(0, 1), tensor: 'fc1.bias' }),
    ).rejects.toMatchObject({
      code: 'not-found',
      message: 'there is no prunable tensor "fc1.bias"; expected fc1.kernel, output.kernel',
    });
    await expect(
      client.call('ticket.mask', { id, ...key(0, 9), tensor: 'fc1.kernel' }),
    ).rejects.toMatchObject({ code: 'not-found' });
    await expect(
      client.call('ticket.mask', { id: 'none', ...key(0, 1), tensor: 'fc1.kernel' }),
    ).rejects.toMatchObject({ code: 'not-found' });
    expect(test.faults).toEqual([]);
  });
});

describe('the first layer by input', () => {
  it('is a picture of the examples', async () => {
    const test = openTestWorkbench();
    const id = finished(test);
    const { mask, finalWeights } = sampleTraining(key(0, 2), {}, LAYOUT);
    const kept = unpackMask(mask, LAYOUT.prunableCount);
    const inputs = await test.client.call('ticket.inputs', { id, ...key(0, 2) });

    expect(inputs).toMatchObject({ tensor: 'fc1.kernel', shape: [12, 5], picture: [2, 2, 3] });
    expect([...inputs.kept]).toEqual(
      Array.from({ length: 12 }, (_, input) =>
        kept.subarray(input * 5, input * 5 + 5).reduce((sum, bit) => sum + bit, 0),
      ),
    );
    const third = finalWeights.subarray(10, 15).reduce((sum, weight) => sum + Math.abs(weight), 0);
    expect(inputs.magnitude?.[2]).toBeCloseTo(third, 5);
    expect(decodeFrame(encodeFrame(inputs), ANSWER_LIMITS)).toEqual(inputs);
  });
});

describe('the weights of units', () => {
  it('are columns of the kernel, as many as there are', async () => {
    const test = openTestWorkbench();
    const id = finished(test);
    const { initialWeights } = sampleTraining(key(0, 1), {}, LAYOUT);
    const ask = { id, ...key(0, 1), tensor: 'fc1.kernel', first: 3, count: 16 };
    const units = await test.client.call('ticket.units', ask);

    expect(units).toMatchObject({ first: 3, count: 2, inputs: 12 });
    expect(units.initial[0]).toBe(initialWeights[3]);
    expect(units.initial[12 + 1]).toBe(initialWeights[5 + 4]);
    for (const [index, kept] of units.kept.entries()) {
      if (kept === 0) expect(units.final[index]).toBe(0);
    }
    await expect(test.client.call('ticket.units', { ...ask, first: 5 })).rejects.toMatchObject({
      code: 'not-found',
      message: 'fc1.kernel has no unit 6; expected 1 to 5',
    });
  });
});

describe('where weights went', () => {
  it('takes pruned weights from the training at whose end they were pruned', async () => {
    const test = openTestWorkbench();
    const id = finished(test);
    const masks = [0, 1, 2].map((level) =>
      unpackMask(sampleTraining(key(0, level), {}, LAYOUT).mask, LAYOUT.prunableCount),
    );
    const finals = [0, 1].map((level) => sampleTraining(key(0, level), {}, LAYOUT).finalWeights);
    const prunedAt = (level: number, index: number) =>
      masks[level]![index] === 1 && masks[level + 1]![index] === 0;
    // The weights of the first kernel come first in both vectors.
    const values = [0, 1].flatMap((level) =>
      Array.from({ length: 60 }, (_, index) => index)
        .filter((index) => prunedAt(level, index))
        .map((index) => finals[level]![index]!),
    );

    const fate = await test.client.call('ticket.fate', {
      id,
      ...key(0, 2),
      tensor: 'fc1.kernel',
    });
    expect(fate.hasPruned).toBe(true);
    expect(fate.pruned.weights).toBe(values.length);
    expect(fate.survivors.weights + fate.pruned.weights).toBe(60);
    expect(fate.largestFinal).toBeGreaterThanOrEqual(
      values.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    );
    const whole = await test.client.call('ticket.fate', { id, ...key(0, 2) });
    expect(whole.survivors.weights + whole.pruned.weights).toBe(75);
  });

  it('knows no pruned weights of a branch, which never trained them', async () => {
    const test = openTestWorkbench();
    const id = finished(test);
    const place = key(0, 1, 'random-reinit');
    const fate = await test.client.call('ticket.fate', { id, ...place });
    expect(fate).toMatchObject({ hasPruned: false, pruned: { weights: 0 } });
  });
});

describe('a training without weights', () => {
  it('has its mask and says that it has no weights', async () => {
    const test = openTestWorkbench();
    const { client } = test;
    const id = finished(test);
    const place = key(0, 1, 'random-reinit');
    dropWeights(test, id, place);

    const { trainings } = await client.call('ticket.overview', { id });
    const lacking = trainings.filter(({ hasWeights }) => !hasWeights);
    expect(lacking.map((training) => training.key)).toEqual([place]);
    const mask = await client.call('ticket.mask', { id, ...place, tensor: 'fc1.kernel' });
    expect(mask.bits).toHaveLength(8);
    const inputs = await client.call('ticket.inputs', { id, ...place });
    expect(inputs.magnitude).toBeUndefined();
    const units = { id, ...place, tensor: 'fc1.kernel', first: 0, count: 1 };
    const refusal = {
      code: 'not-found',
      message: `no weights are stored of replicate 1, level 1, random-reinit of the search ${id}`,
    };
    await expect(client.call('ticket.units', units)).rejects.toMatchObject(refusal);
    await expect(client.call('ticket.fate', { id, ...place })).rejects.toMatchObject(refusal);
    expect(test.faults).toEqual([]);
  });
});

describe('effective weights', () => {
  it('are those on a path of kept weights, the same every time', async () => {
    const test = openTestWorkbench();
    const id = finished(test);
    const { keptCounts } = sampleTraining(key(0, 2), {}, LAYOUT);
    const { effective } = await test.client.call('ticket.paths', { id, ...key(0, 2) });
    expect(effective).toHaveLength(2);
    expect(effective![0]).toBeLessThanOrEqual(keptCounts[0]!);
    expect(effective![0]).toBeGreaterThan(0);
    expect(await test.client.call('ticket.paths', { id, ...key(0, 2) })).toEqual({ effective });
    const dense = await test.client.call('ticket.paths', { id, ...key(0, 0) });
    expect(dense.effective).toEqual(Uint32Array.of(60, 15));
  });
});

describe('two masks', () => {
  it('are compared across levels, replicates and searches', async () => {
    const test = openTestWorkbench();
    const [id, another] = [finished(test), finished(test)];
    const levels = await test.client.call('ticket.compare', {
      id,
      ...key(0, 1),
      other: { id, ...key(0, 2) },
    });
    // The mask of a level is within that of the level before.
    expect(levels.whole.both).toBe(levels.whole.other);
    expect(levels.tensorNames).toEqual(['fc1.kernel', 'output.kernel']);

    const searches = await test.client.call('ticket.compare', {
      id,
      ...key(0, 1),
      other: { id: another, ...key(0, 1) },
    });
    expect(searches.whole.overlap).toBe(1);
    const replicates = await test.client.call('ticket.compare', {
      id,
      ...key(0, 2),
      other: { id, ...key(1, 2) },
    });
    expect(replicates.whole.overlap).toBeLessThan(1);
    expect(decodeFrame(encodeFrame(replicates), ANSWER_LIMITS)).toEqual(replicates);
  });

  it('of different networks are refused, naming the tensor', async () => {
    const test = openTestWorkbench();
    const [id, another] = [finished(test), finished(test, {}, denseLayout(12, 6, 3))];
    await expect(
      test.client.call('ticket.compare', {
        id,
        ...key(0, 1),
        other: { id: another, ...key(0, 1) },
      }),
    ).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('fc1.kernel [12, 5]') as string,
    });
  });
});

describe('the charts of a ticket', () => {
  it.each(['input-map', 'mask', 'weight-fate', 'layer-densities', 'cost'])(
    'are exported: %s',
    async (chart) => {
      const test = openTestWorkbench();
      const id = finished(test);
      for (const format of ['svg', 'png']) {
        const file = await test.client.call('search.export', {
          id,
          what: 'chart',
          format,
          chart,
          level: 1,
        });
        expect(file.bytes.length).toBeGreaterThan(1000);
        expect(file.name).toContain(chart);
      }
      expect(test.faults).toEqual([]);
    },
  );

  it('of a tensor take its name', async () => {
    const test = openTestWorkbench();
    const id = finished(test);
    const ask = { id, what: 'chart', format: 'svg', chart: 'mask' } as const;
    const first = await test.client.call('search.export', ask);
    const last = await test.client.call('search.export', { ...ask, tensor: 'output.kernel' });
    expect(last.bytes).not.toEqual(first.bytes);
    const place = { level: 1, replicate: 1, tensor: 'output.kernel' };
    const named = await test.client.call('search.export', { ...ask, ...place });
    expect(named.name).toMatch(/-ticket-level-1-replicate-2-output-kernel-mask\.svg$/);
    await expect(
      test.client.call('search.export', { ...ask, tensor: 'fc3.kernel' }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });
});
