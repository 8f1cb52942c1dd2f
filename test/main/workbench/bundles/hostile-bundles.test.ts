/** Bundles with right checksums, and content that this program can't have written. */
import { createHash } from 'node:crypto';
import { strFromU8, strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { layoutFrom } from '../../../../src/shared/domain/layout.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { subjectOf } from '../../../../src/main/workbench/analyses/analysis-plan.ts';
import { trainingIdentities } from '../../../../src/main/workbench/running/training-identity.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { FINGERPRINT, key } from '../../store/samples.ts';
import { crafted, type Files, rewritten, vouch } from './crafted.ts';
import { blobsIn, refusalOf, type Search, sound, type Training } from './refusals.ts';
import { bundleOf, emptyStore, partOf, saveSearch } from './samples.ts';

/** Changes the only result of an analysis. */
function changeResult(change: (result: Record<string, unknown>) => void) {
  return ({ analyses }: Search): void => {
    const unit = analyses[0]!.units[0]!;
    const result = JSON.parse(unit.result) as Record<string, unknown>;
    change(result);
    Object.assign(unit, { result: JSON.stringify(result) });
  };
}

const inTraining = (name: string) => new RegExp(`/trainings/.*${name}\\.json$`);

describe('a crafted bundle is refused with', () => {
  it.each<[string, string, (training: Training) => void, RegExp]>([
    [
      'a density that its mask does not have',
      'level-1-ticket',
      (training) => (training.density = 0.5),
      /its density is 0\.5, but its mask keeps \d+ of 32 weights/,
    ],
    [
      'an accuracy above 1',
      'level-0-ticket',
      (training) => Object.assign(training.evaluations[0]!, { testAccuracy: 1.5 }),
      /evaluations\.0\.testAccuracy/,
    ],
    [
      'an engine that does not exist',
      'level-0-ticket',
      (training) => (training.engine = 'turbo'),
      /engine: /,
    ],
    [
      'another engine than its level has',
      'level-1-ticket',
      (training) => (training.engine = 'sparse'),
      /its engine is sparse, but level 1 is trained by dense/,
    ],
    [
      'a rewind point of a level that has none',
      'level-1-ticket',
      ({ arrays }) => (arrays['rewind-point'] = arrays['final-weights']!),
      /no training of its kind has a rewind-point/,
    ],
    [
      'the next mask of a branch',
      'level-1-random-reinit',
      ({ arrays }) => (arrays['next-mask'] = arrays['mask']!),
      /no training of its kind has a next-mask/,
    ],
    [
      'weights of an iteration that it does not reach',
      'level-0-ticket',
      ({ arrays }) => (arrays['iteration-300'] = arrays['final-weights']!),
      /weights of iteration 300, and trains less/,
    ],
    [
      'weights of another length',
      'level-0-ticket',
      ({ arrays }) => (arrays['final-weights'] = arrays['mask']!),
      /its final-weights has 4 bytes, expected 156/,
    ],
    [
      'more test examples than there are',
      'level-0-ticket',
      ({ arrays }) => (arrays['correct-at-early-stop'] = arrays['mask']!),
      /its correct-at-early-stop has 4 bytes, expected 3/,
    ],
    [
      'a session that is missing',
      'level-0-ticket',
      (training) => (training.session = 7),
      /its session 7 is missing/,
    ],
  ])('%s', async (_what, name, change, message) => {
    const file = crafted(await sound(), inTraining(name), change);
    // Arrays that nothing refers to any more would be found first.
    const tidy = rewritten(file, dropUnused);
    expect(await refusalOf(tidy)).toMatch(message);
  });

  it.each<[string, (search: Search) => void, RegExp]>([
    [
      'settings that do not follow from those as written',
      (search) =>
        (search.settings = {
          ...search.settings,
          training: { ...search.settings.training, batchSize: 61 },
        }),
      /its settings are not those that follow/,
    ],
    [
      'the layout of another architecture',
      (search) => {
        const architecture = { id: 'mlp', widths: [8] };
        search.settings = { ...search.settings, architecture };
        search.written = { ...search.written, architecture };
      },
      /the layout of "ticket" is not that of its architecture/,
    ],
    [
      'a network of a transfer that is not planned',
      ({ targets, parameters }) => Object.assign(targets, [{ branch: 'elsewhere', parameters }]),
      /a network for "elsewhere", which is no transfer/,
    ],
    [
      'an engine of a level that is not planned',
      ({ engines }) => Object.assign(engines, [{ level: 9, engine: 'dense' }]),
      /an engine for level 9/,
    ],
    [
      'a result of a session that is missing',
      ({ analyses }) => Object.assign(analyses[0]!.units[0]!, { session: 3 }),
      /the session 3 of "replicate 1, level 0, rewind 0" is missing/,
    ],
    [
      'an analysis that can’t be planned',
      ({ analyses }) => Object.assign(analyses[0]!.choice, { points: 1 }),
      /its analysis instability: it can't be planned: /,
    ],
    [
      'an analysis of more units than any has',
      ({ analyses }) =>
        Object.assign(analyses[0]!.choice, { rewinds: new Array<number>(100_000).fill(0) }),
      /its analysis instability has more than 1000000 units/,
    ],
    [
      'a result of more numbers than any has',
      changeResult((result) => (result['alphas'] = new Array<number>(1_000_001).fill(0))),
      /the result of "replicate 1, level 0, rewind 0" has more than 1000000 numbers/,
    ],
    [
      'more units than are planned',
      ({ analyses }) => Object.assign(analyses[0]!, { unitsTotal: 1e9 }),
      /its analysis instability: it has 1000000000 units; expected 4/,
    ],
    [
      'a result of a unit that is not planned',
      ({ analyses }) => Object.assign(analyses[0]!.units[0]!, { unit: 'replicate 9' }),
      /it has a result of "replicate 9", which is not planned/,
    ],
    [
      'two results of a unit',
      ({ analyses }) => Object.assign(analyses[0]!.units, { 1: analyses[0]!.units[0]! }),
      /it has two results of a unit/,
    ],
    [
      'a result of another analysis',
      changeResult((result) => (result['kind'] = 'mask-overlap')),
      /the result of "replicate 1, level 0, rewind 0" is one of the analysis mask-overlap/,
    ],
    [
      'a result without one of its numbers',
      changeResult((result) => delete result['distance']),
      /the result of "replicate 1, level 0, rewind 0" lacks a number/,
    ],
    [
      'a result without one of its curves',
      changeResult((result) => delete result['test']),
      /the result of "replicate 1, level 0, rewind 0" is not as this analysis leaves it: /,
    ],
    [
      'a result that is no object',
      ({ analyses }) => Object.assign(analyses[0]!.units[0]!, { result: '[1]' }),
      /the result of "replicate 1, level 0, rewind 0" can't be read/,
    ],
  ])('%s', async (_what, change, message) => {
    expect(await refusalOf(crafted(await sound(), /search\.json$/, change))).toMatch(message);
  });
});

/** Removes arrays to which no training refers, also from the manifest. */
function dropUnused(files: Files): void {
  const decode = (name: string) => new TextDecoder().decode(files[name]);
  const texts = Object.keys(files).filter((name) => name.includes('/trainings/'));
  const used = texts.map(decode).join('');
  const manifest = JSON.parse(decode('bundle.json')) as { files: { path: string }[] };
  const isUsed = (name: string) => !name.startsWith('arrays/') || used.includes(name.slice(7));
  for (const name of Object.keys(files)) if (!isUsed(name)) Reflect.deleteProperty(files, name);
  manifest.files = manifest.files.filter(({ path }) => isUsed(path));
  files['bundle.json'] = new TextEncoder().encode(JSON.stringify(manifest));
}

describe('the trainings of a bundle', () => {
  const identities = (store: Store, id: string) => {
    const { settings, parameters } = store.bundled.search(id);
    const [session] = store.bundled.search(id).sessions;
    return trainingIdentities(subjectOf(settings, layoutFrom(parameters)), {
      datasetFingerprint: FINGERPRINT,
      targetFingerprints: new Map(),
      environment: session!.environment,
      engineOf: () => 'dense',
    });
  };
  const donor = (store: Store, identity: { training: string; pruning: string | undefined }) =>
    store.donors.find({ key: key(), identity, capturedIteration: undefined });

  /** A search whose trainings have the identities that follow from it. */
  const identifiedSearch = (from: Store) => {
    const settings = { replicates: { count: 1, seed: 3 } };
    const identityOf = identities(from, saveSearch(from, settings));
    const id = saveSearch(from, settings, ({ key: each }) => ({ identity: identityOf(each) }));
    return { id, identityOf, planned: plannedTrainings(from.searches.settings(id)) };
  };

  it('are taken over by other searches once they were verified here', async () => {
    const from = emptyStore();
    const { id, identityOf, planned } = identifiedSearch(from);
    const to = emptyStore();
    await Workbench.over(to).bundles.merge(await bundleOf(from, [id]));
    for (const each of planned) expect(donor(to, identityOf(each))).toBeUndefined();
    to.donors.markVerified(id, planned);
    for (const each of planned) {
      expect(donor(to, identityOf(each))).toMatchObject({ searchId: id, hasSamePruning: true });
    }
  });

  it('are taken over if they came back to where they were trained', async () => {
    const from = emptyStore();
    const { id, identityOf, planned } = identifiedSearch(from);
    const to = emptyStore();
    await Workbench.over(to).bundles.merge(await bundleOf(from, [id]), { isTrusted: true });
    for (const each of planned) expect(donor(to, identityOf(each))).toMatchObject({ searchId: id });
  });

  it('are not taken over if only their weights came in a bundle', async () => {
    const from = emptyStore();
    const { id, identityOf } = identifiedSearch(from);
    const file = await bundleOf(from, [id]);
    from.analyses.cancel(id);
    from.droppedWeights.drop(id);
    expect(await Workbench.over(from).bundles.merge(file)).toMatchObject([{ completed: 5 }]);
    const found = donor(from, identityOf(key()));
    expect(found?.searchId).not.toBe(id);
  });

  it('are not taken over if they say to be what they are not', async () => {
    const victim = { training: createHash('sha256').update('x').digest('hex'), pruning: undefined };
    const from = emptyStore();
    const id = saveSearch(from, {}, () => ({ identity: victim }));
    expect(donor(from, victim)).toBeDefined();
    const to = emptyStore();
    await Workbench.over(to).bundles.merge(await bundleOf(from, [id]), { isTrusted: true });
    expect(to.trainings.list(id)).toHaveLength(10);
    expect(donor(to, victim)).toBeUndefined();
  });
});

it('an array of another search does not hide in a bundle', async () => {
  const file = rewritten(await sound(), (files) => {
    const bytes = Uint8Array.of(1, 2, 3);
    const name = `arrays/${createHash('sha256').update(bytes).digest('hex')}`;
    files[name] = bytes;
    vouch(files, name);
  });
  expect(await refusalOf(file)).toMatch(/nothing refers to its file arrays/);
});

it('JSON that is too deep is refused', async () => {
  const file = rewritten(await sound(), (files) => {
    const name = Object.keys(files).find((each) => each.endsWith('search.json'))!;
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    files[name] = strToU8(
      strFromU8(files[name]!).replace('"summary": {', `"summary": {"x":${deep},`),
    );
    vouch(files, name);
  });
  expect(await refusalOf(file)).toMatch(/is no sound bundle/);
});

it('a training does not come twice in a bundle', () => {
  const from = emptyStore();
  const id = saveSearch(from);
  const part = partOf(from, id);
  const twice = { ...part, trainings: [...part.trainings, part.trainings[0]!] };
  const to = emptyStore();
  expect(() => to.bundleMerge.merge([twice])).toThrow(/it is in the bundle twice/);
  expect(blobsIn(to)).toBe(0);
});
