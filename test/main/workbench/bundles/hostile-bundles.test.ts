/** Bundles with right checksums, and content that this program can't have written. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import Database from 'better-sqlite3';
import { strFromU8, strToU8 } from 'fflate';
import { describe, expect, it, onTestFinished } from 'vitest';
import { reportOf } from '../../../../src/shared/contract/errors.ts';
import type { BundledSearch, BundledTraining } from '../../../../src/shared/domain/bundle.ts';
import { layoutFrom } from '../../../../src/shared/domain/layout.ts';
import type { UsedPlugIn } from '../../../../src/shared/domain/plug-in.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { subjectOf } from '../../../../src/main/workbench/analyses/analysis-plan.ts';
import { startBundleThread } from '../../../../src/main/workbench/bundles/bundle-thread.ts';
import { loadPlugInFolder } from '../../../../src/main/workbench/plug-ins/folder.ts';
import { usedPlugIn } from '../../../../src/main/workbench/plug-ins/used.ts';
import { trainingIdentities } from '../../../../src/main/workbench/running/training-identity.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { FINGERPRINT, key } from '../../store/samples.ts';
import { folderOf, initializerCode } from '../plug-ins/examples.ts';
import { crafted, type Files, rewritten, vouch } from './crafted.ts';
import { bundleOf, emptyStore, partOf, saveSearch } from './samples.ts';

type Changeable<Value> = { -readonly [Name in keyof Value]: Value[Name] };
type Search = Changeable<BundledSearch>;
type Training = Changeable<BundledTraining> & { arrays: Record<string, string> };

async function sound(): Promise<string> {
  const store = emptyStore();
  return bundleOf(store, [saveSearch(store)]);
}

function blobsIn({ directory }: Store): unknown {
  const database = new Database(path.join(directory, 'workbench.sqlite'), { readonly: true });
  onTestFinished(() => {
    database.close();
  });
  return database.prepare('SELECT count(*) FROM blobs').pluck().get();
}

/** Why a bundle is refused; nothing may have been written. */
async function refusalOf(file: string): Promise<string> {
  const store = emptyStore();
  const error = await Workbench.over(store)
    .bundles.merge(file)
    .then(
      () => undefined,
      (cause: unknown) => reportOf(cause),
    );
  expect(store.searches.list()).toEqual([]);
  expect(blobsIn(store)).toBe(0);
  expect(error?.code).toBe('invalid-data');
  expect(error?.hint).toMatch(/^Nothing was (written|merged)\./);
  return error?.message ?? '';
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
  ])('%s', async (_what, change, message) => {
    expect(await refusalOf(crafted(await sound(), /search\.json$/, change))).toMatch(message);
  });
});

describe('a bundle that says it uses a plug-in', () => {
  const SHA256 = '0'.repeat(64);
  const OPTIMIZER: UsedPlugIn = { kind: 'optimizers', id: 'theirs', file: 'x.js', sha256: SHA256 };

  /** The sample, whose optimizer comes from a plug-in that is not loaded. */
  const withOptimizer = async (change: (search: Search) => void = () => undefined) =>
    crafted(await sound(), /search\.json$/, (search: Search) => {
      const optimizer = { id: 'theirs', rate: 0.1 };
      for (const name of ['settings', 'written'] as const) {
        const given = search[name];
        Object.assign(search, { [name]: { ...given, training: { ...given.training, optimizer } } });
      }
      search.plugIns = [OPTIMIZER];
      change(search);
    });

  /** Changes the training settings, also as they were written. */
  const setTraining = (search: Search, changes: object): void => {
    for (const given of [search.settings, search.written]) Object.assign(given.training, changes);
  };

  it('is taken, with settings that nobody can check here', async () => {
    const store = emptyStore();
    const file = await withOptimizer();
    await expect(Workbench.over(store).bundles.merge(file)).resolves.toMatchObject([{ added: 10 }]);
  });

  it.each<[string, (search: Search) => void, RegExp]>([
    [
      'settings outside it that are not valid',
      (search) => {
        setTraining(search, { batchSize: 0 });
      },
      /its settings are not valid: training\.batchSize is 0/,
    ],
    [
      'settings that do not follow from those as written',
      ({ settings }) => Object.assign(settings.training, { batchSize: 61 }),
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
      'another entry that is not there',
      (search) => {
        const initializer = { id: 'theirs' };
        search.settings = { ...search.settings, initializer };
        search.written = { ...search.written, initializer };
      },
      /its settings are not valid: initializer\.id is "theirs"/,
    ],
    [
      'a plug-in for what its settings do not choose',
      (search) => {
        search.plugIns = [OPTIMIZER, { ...OPTIMIZER, id: 'x' }];
      },
      /a plug-in for the optimizer "x", which its settings do not choose/,
    ],
    [
      'a plug-in for what is built in',
      (search) => {
        search.plugIns = [OPTIMIZER, { ...OPTIMIZER, kind: 'architectures', id: 'mlp' }];
      },
      /a plug-in for the network "mlp", which is built in/,
    ],
  ])('is refused with %s', async (_what, change, message) => {
    expect(await refusalOf(await withOptimizer(change))).toMatch(message);
  });

  it('is checked in full where the plug-in is loaded, also by the thread of a window', async () => {
    const folder = folderOf({ 'theirs.ts': initializerCode('theirs-bundled') });
    loadPlugInFolder(folder);
    const plugIn = usedPlugIn('initializers', 'theirs-bundled')!;
    const withValue = async (value: unknown) =>
      crafted(await sound(), /search\.json$/, (search: Search) => {
        const initializer = { id: 'theirs-bundled', value } as never;
        search.settings = { ...search.settings, initializer };
        search.written = { ...search.written, initializer };
        search.plugIns = [plugIn];
      });
    const problem = /its settings are not valid: initializer\.value is "x"/;
    expect(await refusalOf(await withValue('x'))).toMatch(problem);
    const inThread = async (bundle: string) => {
      const file = path.join(emptyStore().directory, 'workbench.sqlite');
      return startBundleThread(file, 'merge', { bundle }, () => undefined).result;
    };
    await expect(inThread(await withValue('x'))).rejects.toThrow(problem);
    await expect(inThread(await withValue(0.25))).resolves.toMatchObject([{ added: 10 }]);
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
