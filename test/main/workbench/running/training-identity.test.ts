import { describe, expect, it } from 'vitest';
import { TICKET_BRANCH } from '../../../../src/shared/domain/training.ts';
import { plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import {
  type RunEnvironment,
  trainingIdentities,
} from '../../../../src/main/workbench/running/training-identity.ts';
import { ENVIRONMENT, FINGERPRINT, key, sampleSettings, TINY_LAYOUT } from '../../store/samples.ts';

const searchOf = (changes: object = {}) => {
  const settings = sampleSettings(changes);
  return { settings, targets: plannedTargets(settings.pruning, TINY_LAYOUT) };
};
const WHERE: RunEnvironment = {
  targetFingerprints: new Map(),
  datasetFingerprint: FINGERPRINT,
  environment: ENVIRONMENT,
  engineOf: () => 'dense',
};

const dense = (changes: object = {}, where?: RunEnvironment) =>
  trainingIdentities(searchOf(changes), where)(key(0, 0));
const ticket = (changes: object = {}, where?: RunEnvironment) =>
  trainingIdentities(searchOf(changes), where)(key(0, 1));

const { pruning, training } = sampleSettings();

it('is the same whether engines are chosen or written level by level', () => {
  const where: RunEnvironment = {
    ...WHERE,
    engineOf: (level) => (level === 0 ? 'dense' : 'sparse'),
  };
  const written = { training: { ...training, engines: ['dense', 'sparse'] } };
  expect(dense(written, where)).toEqual(dense({}, where));
  expect(ticket(written, where)).toEqual(ticket({}, where));
  const other = { training: { ...training, engines: ['dense', 'dense'] } };
  expect(ticket(other)).not.toEqual(ticket(written));
});

describe('the identity of a branch', () => {
  const identityWith = (entry: object) =>
    trainingIdentities(searchOf({ branches: [entry] }))(key(0, 1, 'scaled')).training;

  it('follows from its own settings', () => {
    const identities = [{ factor: 2 }, { factor: 3 }].map((own) =>
      identityWith({ id: 'scaled', ...own }),
    );
    expect(new Set(identities).size).toBe(2);
    expect(identityWith({ id: 'scaled', factor: 2 })).toBe(identities[0]);
  });
});

describe('the identity of a transfer', () => {
  const TO = { id: 'fashion-mnist', validation: 5000 };
  const branch = 'transfer-fashion-mnist';
  const transferOf = (
    level: number,
    changes: object = {},
    target: object = {},
    where?: RunEnvironment,
  ) =>
    trainingIdentities(
      searchOf({ branches: [{ id: 'transfer', dataset: { ...TO, ...target } }], ...changes }),
      where,
    )(key(0, level, branch));
  const elsewhere = (fingerprint: string): RunEnvironment => ({
    ...WHERE,
    targetFingerprints: new Map([[branch, fingerprint]]),
  });

  it('is, of the dense network, that of a search on the target', () => {
    expect(transferOf(0).training).toBe(dense({ dataset: TO }).training);
    expect(transferOf(0).training).not.toBe(dense().training);
    expect(transferOf(0).pruning).toBeUndefined();
    expect(transferOf(0, {}, {}, elsewhere('0'.repeat(64))).training).toBe(
      dense({ dataset: TO }, { ...WHERE, datasetFingerprint: '0'.repeat(64) }).training,
    );
  });

  it('follows from the target, its content, and where the ticket comes from', () => {
    const identities = [
      transferOf(1),
      transferOf(1, {}, { subset: 100 }),
      transferOf(1, { dataset: { id: 'mnist', validation: 4000 } }),
      transferOf(1, {}, {}, elsewhere('0'.repeat(64))),
      transferOf(1, {}, {}, elsewhere('1'.repeat(64))),
      ticket(),
      ticket({ dataset: TO }),
    ];
    expect(new Set(identities.map(({ training: bits }) => bits)).size).toBe(identities.length);
  });
});

describe('the identity of a training', () => {
  it.each<[string, object]>([
    ['verdict', { verdict: { accuracyTolerance: 0.1, iterationTolerance: 0, confidence: 0.9 } }],
    ['analyses', { analyses: [{ id: 'mask-overlap' }] }],
    ['branches', { branches: [] }],
    ['the levels of branches', { branchLevels: [2] }],
    ['later levels', { pruning: { ...pruning, levels: 5 } }],
    ['the number of replicates', { replicates: { count: 9, seed: 7 } }],
  ])('does not follow from %s', (_, changes) => {
    expect(dense(changes).training).toBe(dense().training);
    expect(ticket(changes).training).toBe(ticket().training);
  });

  it.each<[string, object]>([
    ['the dataset', { dataset: { id: 'mnist', validation: 4000 } }],
    ['the network', { architecture: { id: 'lenet-5' } }],
    ['the initialiser', { initializer: { id: 'he-normal' } }],
    ['training', { training: { ...training, batchSize: 61 } }],
    ['the seed', { replicates: { count: 2, seed: 8 } }],
    ['augmentation', { augmentation: { flip: true } }],
    ['any setting that there may be some day', { somethingNew: 1 }],
  ])('follows from %s', (_, changes) => {
    expect(dense(changes).training).not.toBe(dense().training);
    expect(ticket(changes).training).not.toBe(ticket().training);
  });

  it('of a dense network does not follow from what comes after it; that of its mask does', () => {
    const rewound = { rewind: { iteration: 50 } };
    const cut = { pruning: { ...pruning, strategy: { ...pruning.strategy, fraction: 0.5 } } };
    for (const changes of [rewound, cut]) {
      expect(dense(changes).training).toBe(dense().training);
      expect(dense(changes).pruning).not.toBe(dense().pruning);
      expect(ticket(changes).training).not.toBe(ticket().training);
    }
    expect(trainingIdentities(searchOf())(key(0, 2)).pruning).toBeUndefined();
    expect(trainingIdentities(searchOf())(key(0, 1, 'random-reinit')).pruning).toBeUndefined();
  });

  it('of a dense network follows from a strategy that watches it train', () => {
    const watching = (fraction: number) => {
      const strategy = { id: 'global-movement', fraction };
      return dense({ pruning: { ...pruning, strategy } });
    };
    expect(watching(0.2).training).not.toBe(dense().training);
    expect(watching(0.2).training).not.toBe(watching(0.5).training);
  });

  it('follows from replicate, level and branch', () => {
    const keys = [key(0, 0), key(1, 0), key(0, 1), key(0, 2), key(0, 1, 'random-reinit')];
    const identities = keys.map((each) => trainingIdentities(searchOf())(each).training);
    expect(new Set(identities).size).toBe(keys.length);
    expect(keys[0]!.branch).toBe(TICKET_BRANCH);
  });

  it('follows from where it ran, as far as bits do', () => {
    const at = (changes: Partial<RunEnvironment>) => dense({}, { ...WHERE, ...changes }).training;
    const same = at({});
    const environment = (changes: object) => ({ environment: { ...ENVIRONMENT, ...changes } });
    expect(at(environment({ workers: 7, cores: 9, node: '26.0.0' }))).toBe(same);
    for (const changes of [
      { datasetFingerprint: 'e'.repeat(64) },
      { engineOf: () => 'sparse' as const },
      environment({ tensorflow: '2.9.1' }),
      environment({ cpu: 'Another' }),
      environment({ workbench: '9.9.9' }),
    ]) {
      expect(at(changes)).not.toBe(same);
    }
  });
});

it('changes with the order in which the sparse engine adds, and only then', () => {
  const on = (...engines: ('dense' | 'sparse')[]) => {
    const where = { ...WHERE, engineOf: (level: number) => engines[level] ?? 'dense' };
    return trainingIdentities(searchOf(), where)(key(0, engines.length - 1)).training.slice(0, 16);
  };
  // Before sums over examples were a tree, these were '0988907891c09980' and 'cfdfbbe670a6deda'.
  expect(on('sparse')).toBe('e901e9731e38766c');
  expect(on('dense', 'sparse')).toBe('c8e7b71cf33cac26');
});

it('is stored with every training, so it never changes', () => {
  const identities = [key(0, 0), key(1, 0), key(1, 1), key(12, 1, 'random-reinit')].map((each) =>
    [undefined, WHERE].map((where) => {
      const { training: bits, pruning: mask } = trainingIdentities(searchOf(), where)(each);
      return [bits, mask].map((hash) => hash?.slice(0, 16));
    }),
  );
  expect(identities).toEqual([
    [
      ['9f528eb34394f22f', '7866d58f465cc18d'],
      ['c8727f81dd983372', '4eb00d1ecd15ab0b'],
    ],
    [
      ['86fc9a57e9b0ac24', '14c65cecdfc8134d'],
      ['87abf6d876dc4f4d', '9ea46ffe2c2c3264'],
    ],
    [
      ['e5cdaeb7f62cbc7d', 'fe06e044a7c6b1bf'],
      ['814dea087f490beb', '0733e6fa7805da42'],
    ],
    [
      ['afc2db1fab1e8a61', undefined],
      ['b0e6fc2835fe6820', undefined],
    ],
  ]);
});
