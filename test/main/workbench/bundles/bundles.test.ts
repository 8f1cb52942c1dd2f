import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { strToU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../../src/shared/contract/errors.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import type { StoredTraining } from '../../../../src/shared/domain/training-record.ts';
import { sampleSearch, temporaryFolder } from '../../store/samples.ts';
import { crafted, rewritten } from './crafted.ts';
import { addReplicate, bundleOf, emptyStore, everythingOf, saveSearch } from './samples.ts';

const merge = (store: Store, file: string) => Workbench.over(store).bundles.merge(file);

/** What a merge that is refused says; the store must not have changed. */
async function refusal(store: Store, file: string) {
  const before = dump(store);
  const error = await merge(store, file).then(
    () => undefined,
    (cause: unknown) => reportOf(cause),
  );
  expect(dump(store)).toEqual(before);
  return error;
}

function dump(store: Store) {
  return store.searches.list().map(({ id }) => everythingOf(store, id));
}

describe('a bundle', () => {
  it('carries everything of a search to an empty store', async () => {
    const from = emptyStore();
    const id = saveSearch(from);
    const to = emptyStore();
    expect(await merge(to, await bundleOf(from, [id]))).toEqual([
      { id, name: 'A sample', isNew: true, trainings: 10, added: 10, completed: 0, missing: 0 },
    ]);
    const [here, there] = [everythingOf(to, id), everythingOf(from, id)];
    expect({ ...here, search: { ...here.search, finishedAt: undefined } }).toEqual({
      ...there,
      search: { ...there.search, finishedAt: undefined },
    });
    expect(here.search.status).toBe('finished');
    expect(to.integrityCheck()).toEqual([]);
  });

  it('changes nothing when it is merged again', async () => {
    const from = emptyStore();
    const file = await bundleOf(from, [saveSearch(from)]);
    const to = emptyStore();
    await merge(to, file);
    const before = dump(to);
    expect(await merge(to, file)).toMatchObject([{ isNew: false, added: 0, completed: 0 }]);
    expect(dump(to)).toEqual(before);
  });

  it('joins parts of a search, in any order', async () => {
    const from = emptyStore();
    const id = saveSearch(from);
    const to = emptyStore();
    const first = await merge(to, await bundleOf(from, [id], { replicates: [1] }));
    expect(first).toMatchObject([{ added: 5, missing: 5 }]);
    expect(to.searches.get(id).status).toBe('interrupted');
    const second = await merge(to, await bundleOf(from, [id], { replicates: [0] }));
    expect(second).toMatchObject([{ isNew: false, added: 5, missing: 0 }]);
    expect(to.searches.get(id).status).toBe('finished');
    expect(everythingOf(to, id).trainings).toEqual(everythingOf(from, id).trainings);
  });

  it('joins the same experiment that was run under another id', async () => {
    const [one, other] = [emptyStore(), emptyStore()];
    const id = saveSearch(one);
    const merged = await merge(one, await bundleOf(other, [saveSearch(other)]));
    expect(merged).toMatchObject([{ id, isNew: false, added: 0 }]);
    expect(one.searches.list()).toHaveLength(1);
  });

  it('gives a search the later stage of itself, and an earlier stage nothing', async () => {
    const [one, other] = [emptyStore(), emptyStore()];
    const id = saveSearch(one, { branches: [] });
    const early = await bundleOf(one, [id]);
    await merge(other, early);
    addReplicate(one, id);
    const late = await bundleOf(one, [id]);
    expect(await merge(other, late)).toMatchObject([{ isNew: false, added: 0, missing: 3 }]);
    expect(everythingOf(other, id).bundled).toEqual(everythingOf(one, id).bundled);
    expect(await merge(other, early)).toMatchObject([{ isNew: false, added: 0, missing: 3 }]);
    expect(other.searches.get(id).settings.replicates.count).toBe(3);
  });

  it('refuses other settings under the same id, and names the first of them', async () => {
    const [one, other] = [emptyStore(), emptyStore()];
    const id = saveSearch(one);
    const file = await bundleOf(one, [id]);
    await merge(other, file);
    const { training, ...rest } = one.searches.get(id).settings;
    const settings = { ...rest, training: { ...training, batchSize: 61 } };
    one.searches.extend(id, {
      settings,
      written: settings,
      trainingsTotal: 10,
      added: {},
      analyses: [],
    });
    const error = await refusal(other, await bundleOf(one, [id]));
    expect(error?.message).toContain('training.batchSize is 60 here and 61 in the bundle');
  });

  it('takes another experiment as another search', async () => {
    const [one, other] = [emptyStore(), emptyStore()];
    saveSearch(one);
    const id = saveSearch(other, { replicates: { count: 2, seed: 8 } });
    expect(await merge(one, await bundleOf(other, [id]))).toMatchObject([{ id, isNew: true }]);
  });

  it('refuses other bits of the same experiment, and names the first of them', async () => {
    const [one, other] = [emptyStore(), emptyStore()];
    const id = saveSearch(one);
    const changed = saveSearch(other, {}, ({ key, finalWeights }) => {
      if (key.level !== 1 || key.replicate !== 1) return {};
      return { finalWeights: finalWeights.with(21, 0.125) };
    });
    const error = await refusal(one, await bundleOf(other, [changed]));
    expect(error?.code).toBe('conflict');
    expect(error?.message).toMatch(
      new RegExp(
        `^replicate 2, level 1, ticket of the search ${id} has other results in the bundle: its final weights at fc1\\.bias\\[1\\] is .* here and 0\\.125 there$`,
      ),
    );
  });

  it('refuses another measurement of the same experiment', async () => {
    const [one, other] = [emptyStore(), emptyStore()];
    saveSearch(one);
    const changed = saveSearch(other, {}, ({ evaluations }) => ({
      evaluations: evaluations.map((each) =>
        each.iteration === 100 ? { ...each, testAccuracy: 0.5 } : each,
      ),
    }));
    const error = await refusal(one, await bundleOf(other, [changed]));
    expect(error?.message).toContain('its test accuracy at iteration 100 is ');
  });

  it('merges all of its searches or none', async () => {
    const [one, other] = [emptyStore(), emptyStore()];
    saveSearch(one);
    const fine = saveSearch(other, { replicates: { count: 1, seed: 9 } });
    const bad = saveSearch(other, {}, ({ evaluations }) => ({
      evaluations: evaluations.map((each) => ({ ...each, validationLoss: 0.5 })),
    }));
    const error = await refusal(one, await bundleOf(other, [fine, bad]));
    expect(error?.message).toContain('its validation loss at iteration 0 is');
  });

  it('brings weights back that it was merged without', async () => {
    const from = emptyStore();
    const id = saveSearch(from);
    const to = emptyStore();
    await merge(to, await bundleOf(from, [id], { withWeights: false }));
    expect(() => to.trainings.weights(id, { replicate: 0, level: 0, branch: 'ticket' })).toThrow(
      /were dropped/,
    );
    expect(to.trainings.mask(id, { replicate: 0, level: 2, branch: 'ticket' })).toEqual(
      from.trainings.mask(id, { replicate: 0, level: 2, branch: 'ticket' }),
    );
    expect(await merge(to, await bundleOf(from, [id]))).toMatchObject([{ completed: 10 }]);
    expect(everythingOf(to, id).weights).toEqual(everythingOf(from, id).weights);
    expect(to.droppedWeights.at(id)).toBeUndefined();
  });

  it('is told from one that lost its weights before it was written', async () => {
    const from = emptyStore();
    const id = saveSearch(from);
    from.analyses.cancel(id);
    from.droppedWeights.drop(id);
    const to = emptyStore();
    await merge(to, await bundleOf(from, [id]));
    expect(to.droppedWeights.at(id)).toBeDefined();
    expect(() => to.trainings.weights(id, { replicate: 0, level: 0, branch: 'ticket' })).toThrow(
      /were dropped/,
    );
  });

  it('leaves a search as it is if there is nothing new', async () => {
    const from = emptyStore();
    const id = saveSearch(from);
    const file = await bundleOf(from, [id]);
    from.searches.setStatus(id, 'failed', { code: 'internal', message: 'A fault.' });
    const before = dump(from);
    await merge(from, file);
    expect(dump(from)).toEqual(before);
  });

  it('refuses other weights of the rewind iteration', async () => {
    const capture = (value: number) => (training: StoredTraining) =>
      training.key.level === 0
        ? { captured: [{ iteration: 50, weights: new Float32Array(39).fill(value) }] }
        : {};
    const [one, other] = [emptyStore(), emptyStore()];
    saveSearch(one, {}, capture(0.25));
    const error = await refusal(one, await bundleOf(other, [saveSearch(other, {}, capture(0.5))]));
    expect(error?.message).toContain(
      'its iteration 50 at fc1.kernel[0, 0] is 0.25 here and 0.5 there',
    );
  });

  it('brings its searches back to their places in a sweep', async () => {
    const from = emptyStore();
    const values = [7, 8].map((seed) => [{ path: 'replicates.seed', value: seed }]);
    const sweep = from.sweeps.create(
      'Seeds',
      [{ path: 'replicates.seed', values: [7, 8] }],
      values.map((each, index) => ({
        ...sampleSearch({ replicates: { count: 1, seed: 7 + index } }),
        values: each,
      })),
    );
    const members = from.sweeps.members(sweep.id);
    const to = emptyStore();
    for (const { searchId } of members) await merge(to, await bundleOf(from, [searchId]));
    expect(to.sweeps.members(sweep.id)).toEqual(members);
    expect(to.sweeps.get(sweep.id)).toEqual(sweep);
    expect(to.integrityCheck()).toEqual([]);
  });

  it('is not merged into a search in the trash', async () => {
    const from = emptyStore();
    const id = saveSearch(from);
    const file = await bundleOf(from, [id]);
    from.history.markDeleted([id]);
    expect(await refusal(from, file)).toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining('ticket trash restore') as string,
    });
  });

  it('gives the same bytes for the same search, but for its date', async () => {
    const store = emptyStore();
    const id = saveSearch(store);
    const [one, other] = [await bundleOf(store, [id]), await bundleOf(store, [id])].map((file) =>
      Object.entries(unzipSync(readFileSync(file))).filter(([name]) => name !== 'bundle.json'),
    );
    expect(one).toEqual(other);
  });
});

describe('a bundle that can’t be taken', () => {
  const sound = async () => {
    const store = emptyStore();
    return bundleOf(store, [saveSearch(store)]);
  };
  const edit = (name: RegExp, change: (value: Record<string, unknown>) => void) => {
    return (files: Record<string, Uint8Array>) => {
      const found = Object.keys(files).find((each) => name.test(each))!;
      const value = JSON.parse(new TextDecoder().decode(files[found])) as Record<string, unknown>;
      change(value);
      files[found] = strToU8(JSON.stringify(value));
    };
  };

  it.each<[string, (files: Record<string, Uint8Array>) => void, RegExp]>([
    [
      'of a newer version',
      edit(/^bundle/, (value) => (value['version'] = 2)),
      /newer Ticket Workbench .*its format is 2/,
    ],
    ['without a manifest', (files) => delete files['bundle.json'], /no file bundle\.json/],
    [
      'with an array that changed',
      (files) => {
        const name = Object.keys(files).find((each) => each.startsWith('arrays/'))!;
        files[name] = files[name]!.map((byte) => byte ^ 1);
      },
      /arrays\/.* has the SHA-256 .*; expected/,
    ],
    ['with a file more', (files) => (files['../../evil'] = strToU8('x')), /invalid relative path/],
    ['with an unlisted file', (files) => (files['evil'] = strToU8('x')), /not listed: evil/],
    [
      'with a file less',
      (files) => delete files[Object.keys(files).find((each) => each.includes('trainings/'))!],
      /is missing/,
    ],
    [
      'with settings that changed',
      edit(/search\.json/, (value) => (value['name'] = 'x')),
      /has \d+ bytes; expected/,
    ],
  ])('%s', async (_what, change, message) => {
    const error = await refusal(emptyStore(), rewritten(await sound(), change));
    expect(error?.code).toBe('invalid-data');
    expect(error?.message).toMatch(message);
  });

  it('with more trainings than any search has, whatever it says of plug-ins', async () => {
    const store = emptyStore();
    const file = await bundleOf(store, [saveSearch(store)]);
    const huge = crafted(
      file,
      /search\.json$/,
      ({
        plugIns,
        settings,
      }: {
        plugIns: unknown[];
        settings: { replicates: { count: number } };
      }) => {
        plugIns.push({ kind: 'optimizers', id: 'x', file: 'x.js', sha256: '0'.repeat(64) });
        settings.replicates.count = 1e12;
      },
    );
    const error = await refusal(emptyStore(), huge);
    expect(error?.message).toMatch(/search\.json: its settings are not valid: replicates\.count/);
  });

  it('that is no zip archive', async () => {
    const file = path.join(temporaryFolder(), 'text.ticket');
    writeFileSync(file, 'Hello');
    expect(await refusal(emptyStore(), file)).toMatchObject({ code: 'invalid-data' });
  });

  it('that is not there', async () => {
    expect(await refusal(emptyStore(), '/nowhere.ticket')).toMatchObject({ code: 'not-found' });
  });
});
