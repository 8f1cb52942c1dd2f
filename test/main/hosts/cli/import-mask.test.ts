/** `ticket import-mask` with files as they come from other programs, sound and not. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fullyConnected } from '../../../../src/main/engine/architectures/fully-connected.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { ensureWasm } from '../../../../src/main/engine/sparse/build.ts';
import { npzBytes } from '../../../../src/main/exporters/npz.ts';
import { safetensorsBytes } from '../../../../src/main/exporters/safetensors.ts';
import type { Tensor } from '../../../../src/main/exporters/tensors.ts';
import { main } from '../../../../src/main/hosts/cli/main.ts';
import type { Output } from '../../../../src/main/hosts/cli/output.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { countKept, unpackMask } from '../../../../src/shared/domain/mask.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { temporaryFolder } from '../../store/samples.ts';

const NETWORK = [
  'dataset={"id":"two-moons","validation":100}',
  'architecture={"id":"mlp","widths":[7,5]}',
  'training={"iterations":20,"evaluateEvery":10,"batchSize":10,"engine":"sparse"}',
  'branches=[]',
  'replicates.count=1',
].flatMap((assignment) => ['--set', assignment]);

/** That of the settings above: 2 features, 2 classes. */
const LAYOUT = layoutOf(fullyConnected([2], [7, 5], 2));

beforeAll(async () => {
  await ensureWasm();
});

async function ticket(...args: readonly string[]) {
  const results: string[] = [];
  const notes: string[] = [];
  const output: Output = {
    isTerminal: false,
    columns: 200,
    result: (text) => results.push(text),
    note: (text) => notes.push(text),
    event: () => undefined,
    status: () => undefined,
  };
  const code = await main([...args], output);
  return { code, results: results.join('\n'), notes: notes.join('\n') };
}

const importMask = (file: string, ...others: readonly string[]) =>
  ticket('import-mask', file, ...NETWORK, ...others);

const folder = mkdtempSync(path.join(tmpdir(), 'ticket-import-mask-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function written(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

const random = rng('import-mask');
const MASK = Uint8Array.from({ length: LAYOUT.prunableCount }, () =>
  Number(random.uniform() < 0.5),
);
const WEIGHTS = Float32Array.from({ length: LAYOUT.parameterCount }, () => random.normal() / 2);

/** In our names and layouts, [in, out]. */
const ownMasks = (): Tensor[] =>
  LAYOUT.prunable.map(({ name, shape, maskOffset, size }) => ({
    name,
    shape,
    values: MASK.subarray(maskOffset, maskOffset + size),
  }));

function transposed<Values extends Uint8Array | Float32Array>(
  values: Values,
  shape: readonly number[],
): Values {
  const [rows, columns] = shape as [number, number];
  return values.map((_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!) as Values;
}

/** As torch.nn.utils.prune names them, and in PyTorch's layout, [out, in]. */
const pytorch = (): Tensor[] =>
  LAYOUT.parameters.flatMap(({ name, shape, offset, size, maskOffset, prunable }): Tensor[] => {
    const values = WEIGHTS.subarray(offset, offset + size);
    if (!prunable) return [{ name: `module.${name}`, shape, values }];
    const layer = `module.${name.replace(/\.kernel$/, '')}`;
    const turned = shape.toReversed();
    return [
      { name: `${layer}.weight_orig`, shape: turned, values: transposed(values, shape) },
      {
        name: `${layer}.weight_mask`,
        shape: turned,
        values: transposed(MASK.subarray(maskOffset, maskOffset + size), shape),
      },
    ];
  });

const safetensors = (name: string, tensors: readonly Tensor[], metadata = {}) =>
  written(`${name}.safetensors`, safetensorsBytes({ tensors, metadata }));

const changed = (name: string, change: (values: Float32Array) => void): Tensor[] =>
  pytorch().map((tensor) => {
    if (tensor.name !== name) return tensor;
    const values = Float32Array.from(tensor.values);
    change(values);
    return { ...tensor, values };
  });

describe('a file that fits', () => {
  it('in our names, as npz and safetensors', async () => {
    for (const file of [
      written('masks.npz', npzBytes({ tensors: ownMasks(), metadata: {} })),
      safetensors('masks', ownMasks()),
    ]) {
      const { code, results } = await importMask(file);
      expect(code).toBe(0);
      const kept = (100 * countKept(MASK)) / MASK.length;
      expect(results).toContain(`Masks of ${file}, which keep ${kept.toFixed(1)} % of the weights`);
      expect(results).toMatch(/fc1\.kernel +fc1\.kernel +\[2, 7\] +as it is +name/);
      expect(results).toContain('Initial weights are drawn.');
    }
  });

  it('in the names and layouts of PyTorch, with its weights', async () => {
    const { code, results } = await importMask(safetensors('pytorch', pytorch()));
    expect(code).toBe(0);
    expect(results).toMatch(/fc1\.kernel +module\.fc1\.weight_mask +\[7, 2\] +transposed +name/);
    expect(results).toMatch(/fc2\.kernel +module\.fc2\.weight_orig +\[5, 7\] +transposed +name/);
    expect(results).toMatch(/fc2\.bias +module\.fc2\.bias +\[5\] +as it is +name/);
  });

  it('prints the same as JSON, and takes weights from another file or none', async () => {
    const masks = safetensors('masks', ownMasks());
    const reports = async (...others: string[]) =>
      JSON.parse((await importMask(masks, '--json', ...others)).results) as {
        mask: { density: number; matched: unknown[] };
        weights?: { file: string };
      };
    const alone = await reports();
    expect(alone.mask).toMatchObject({ density: countKept(MASK) / MASK.length, mismatches: [] });
    expect(alone.mask.matched[0]).toEqual({
      parameter: 'fc1.kernel',
      tensor: 'fc1.kernel',
      shape: [2, 7],
      isTransposed: false,
      isByShape: false,
    });
    expect(alone.weights).toBeUndefined();
    const others = safetensors('weights', pytorch());
    expect((await reports('--weights', others)).weights?.file).toBe(others);
    expect(
      JSON.parse((await importMask(others, '--json', '--no-weights')).results),
    ).not.toHaveProperty('weights');
  });

  it('at a path with ~, which a shell has not replaced', async () => {
    vi.stubEnv('HOME', folder);
    expect(homedir()).toBe(folder);
    safetensors('at-home', ownMasks());
    const { code, results } = await importMask('~/at-home.safetensors');
    vi.unstubAllEnvs();
    expect(code).toBe(0);
    expect(results).toContain(path.join(folder, 'at-home.safetensors'));
  });

  it('is searched with: the mask is the ticket of level 1, over the given weights', async () => {
    const dataDir = temporaryFolder();
    const file = safetensors('searched', pytorch());
    const { code } = await importMask(
      file,
      ...['--weights', file, '--search', '--quiet', '--data-dir', dataDir],
    );
    expect(code).toBe(0);
    const workbench = Workbench.open(dataDir);
    const [search] = workbench.history.list();
    workbench.close();
    expect(search).toMatchObject({ name: 'imported ticket', status: 'finished' });
    const store = Store.open(path.join(dataDir, 'workbench.sqlite'));
    const of = { replicate: 0, branch: 'ticket' };
    const ticketOf = store.trainings.weights(search!.id, { ...of, level: 1 });
    const dense = store.trainings.weights(search!.id, { ...of, level: 0 });
    store.close();
    expect(unpackMask(ticketOf.mask, LAYOUT.prunableCount)).toEqual(MASK);
    for (const { offset, size } of LAYOUT.prunable) {
      expect(dense.initialWeights.subarray(offset, offset + size)).toEqual(
        WEIGHTS.subarray(offset, offset + size),
      );
    }
  });
});

describe('weights besides the masks of a file', () => {
  const weightsOf = (results: string) =>
    (JSON.parse(results) as { weights: Record<string, unknown> }).weights;

  it('are not taken for θ0 where the file does not say when they were: a search asks', async () => {
    const dataDir = temporaryFolder();
    const file = safetensors('checkpoint', pytorch());
    const compared = await importMask(file);
    expect(compared.code).toBe(0);
    expect(compared.results).toContain(
      `does not say whether they are from before training: --weights ${file} begins with them`,
    );
    const searched = await importMask(file, '--search', '--data-dir', dataDir);
    expect(searched.code).not.toBe(0);
    expect(searched.notes).toContain('--no-weights to draw the initial weights');
    expect(readdirSync(dataDir)).toEqual([]);
    const json = await importMask(file, '--json');
    expect(weightsOf(json.results)).toMatchObject({ origin: 'not said', isTaken: false });
  });

  it.each([
    ['before training', true],
    ['after training', false],
  ])('that are said to be from %s are taken: %s', async (weights, isTaken) => {
    const file = safetensors(`said-${isTaken}`, pytorch(), { weights });
    const { results } = await importMask(file, '--json');
    expect(weightsOf(results)).toMatchObject({ origin: weights, isTaken, isPruned: false });
  });

  it('are taken from a file that is named, with a word if they are trained or pruned', async () => {
    const trained = safetensors('trained', pytorch(), { weights: 'after training' });
    const asked = await importMask(trained, '--weights', trained);
    expect(asked.results).toContain('the search begins with a trained network');
    const zeroed = LAYOUT.parameters.map(({ name, shape, offset, size, maskOffset, prunable }) => ({
      name: `initial.${name}`,
      shape,
      values: WEIGHTS.subarray(offset, offset + size).map((value, at) =>
        prunable && MASK[maskOffset + at] === 0 ? 0 : value,
      ),
    }));
    const { results } = await importMask(safetensors('zeroed', zeroed));
    expect(results).toContain('Initial weights of');
    expect(results).toContain('the dense network of the search begins without these weights, too');
  });
});

describe('a file that does not fit', () => {
  it('has every mismatch named, on the screen and in JSON', async () => {
    const [first, ...others] = ownMasks();
    const tensors = [
      { ...first!, shape: [7, 3], values: new Uint8Array(21) },
      ...others.slice(1),
      { name: 'fc9.mask', shape: [4], values: new Uint8Array(4) },
    ];
    const file = safetensors('other-network', tensors);
    const expected = [
      'fc1.kernel: fc1.kernel has the shape [7, 3]; expected [2, 7], or [7, 2] as in PyTorch',
      'fc2.kernel: no tensor has its name or its shape, [7, 5], or [5, 7] as in PyTorch',
      'fc9.mask of shape [4] is the mask of no layer of the network',
    ];
    const { code, results, notes } = await importMask(file);
    expect(code).toBe(1);
    for (const mismatch of expected) {
      expect(results).toContain(`does not fit: ${mismatch}`);
      expect(notes).toContain(mismatch);
    }
    expect(notes).toContain('Choose the architecture and the dataset that the file was made for');
    const json = await importMask(file, '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.results)).toMatchObject({ mask: { mismatches: expected } });
  });

  it('begins no search', async () => {
    const dataDir = temporaryFolder();
    const file = safetensors('half', ownMasks().slice(1));
    const { code } = await importMask(file, '--search', '--data-dir', dataDir);
    expect(code).toBe(1);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it.each([
    ['0.5', 0.5],
    ['NaN', NaN],
    ['-1', -1],
  ])('has a mask that holds %s', async (shown, value) => {
    const tensors = changed('module.fc2.weight_mask', (values) => values.fill(value, 3, 4));
    const { code, notes } = await importMask(safetensors(`mask-${shown}`, tensors));
    expect(code).toBe(1);
    expect(notes).toContain(`fc2.kernel: module.fc2.weight_mask holds ${shown}; expected 0 and 1`);
  });

  it.each([
    ['NaN', NaN],
    ['Infinity', Infinity],
  ])('has weights that hold %s', async (shown, value) => {
    const tensors = changed('module.fc2.weight_orig', (values) => values.fill(value, 3, 4));
    const { code, notes } = await importMask(safetensors(`weights-${shown}`, tensors));
    expect(code).toBe(1);
    expect(notes).toContain(
      `fc2.kernel: module.fc2.weight_orig holds ${shown}; expected numbers in the range of float32`,
    );
  });
});

describe('a file that is refused as a whole', () => {
  const refused = async (file: string): Promise<string> => {
    const { code, results, notes } = await importMask(file);
    expect(code).not.toBe(0);
    expect(results).toBe('');
    return notes;
  };

  it('because it is not there', async () => {
    const file = path.join(folder, 'nowhere.npz');
    expect(await refused(file)).toContain(`${file} is not a file`);
    expect(await refused(folder)).toContain(`${folder} is not a file`);
  });

  it('because it is a pickle: two lines of Python convert it', async () => {
    const torchSave = zipSync({ 'checkpoint/data.pkl': Uint8Array.of(0x80, 2, 0x63) });
    for (const [name, bytes] of [
      ['checkpoint.pt', torchSave],
      ['renamed.npz', torchSave],
      ['old.pth', Uint8Array.of(0x80, 2, 0x8a, 0x0a)],
    ] as const) {
      const notes = await refused(written(name, bytes));
      expect(notes).toContain('is a pickle of PyTorch, which could run any code');
      expect(notes).toContain(`torch.load("${name}", weights_only=True)`);
      expect(notes).toContain(`"${name.split('.')[0]}.safetensors")`);
    }
  });

  it('because it is cut off', async () => {
    const sound = safetensorsBytes({ tensors: pytorch(), metadata: {} });
    expect(await refused(written('cut.safetensors', sound.subarray(0, -4)))).toMatch(
      /the tensor \S+ of shape \[[\d, ]+\] lies at bytes \d+ to \d+ of \d+/,
    );
    expect(await refused(written('stub.safetensors', sound.subarray(0, 20)))).toContain(
      'it begins with no header of safetensors',
    );
    expect(await refused(written('empty.safetensors', new Uint8Array()))).toContain(
      'it has 0 bytes',
    );
    const npz = npzBytes({ tensors: ownMasks(), metadata: {} });
    expect(await refused(written('cut.npz', npz.subarray(0, -30)))).toContain(
      'expected an archive of arrays, as numpy.savez writes it',
    );
  });

  it('because its header is huge, or says more than there is', async () => {
    const headed = (length: bigint, header: string): Buffer => {
      const first = Buffer.alloc(8);
      first.writeBigUInt64LE(length);
      return Buffer.concat([first, Buffer.from(header)]);
    };
    expect(await refused(written('a.safetensors', headed(2n ** 63n, '{}')))).toContain(
      'it begins with no header of safetensors',
    );
    const long = headed(100_000_001n, '{}'.padEnd(100_000_001));
    expect(await refused(written('b.safetensors', long))).toContain(
      'its header has 100000001 bytes, more than 100000000',
    );
    const shape = `{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}`;
    const claims = Buffer.concat([headed(BigInt(shape.length), shape), Buffer.alloc(4)]);
    expect(await refused(written('c.safetensors', claims))).toContain(
      'the tensor w of shape [4294967296, 4294967296] lies at bytes 0 to 4 of 4',
    );
  });

  it('because it would unpack to more than it can hold', async () => {
    const bomb = zipSync({ 'fc1.npy': new Uint8Array(100_000) }, { level: 9 });
    // The sizes of the archive's directory, which say what is unpacked.
    const directory = Buffer.from(bomb.buffer, bomb.byteOffset, bomb.length);
    const entry = directory.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
    directory.writeUInt32LE(2 ** 31, entry + 24);
    expect(await refused(written('bomb.npz', bomb))).toContain(
      'its arrays are said to have 2147483648 bytes',
    );
    // One that says too little is cut off there.
    directory.writeUInt32LE(100, entry + 24);
    expect(await refused(written('liar.npz', bomb))).toMatch(/liar\.npz/);
  });

  it('because its arrays are objects of Python', async () => {
    const header = `{'descr': '|O', 'fortran_order': False, 'shape': (2, 7), }`.padEnd(117);
    const npy = Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'),
      Buffer.from(`${header}\n`),
      Buffer.of(0x80, 4, 0x95),
    ]);
    expect(await refused(written('objects.npz', zipSync({ 'fc1.npy': npy })))).toMatch(
      /array fc1.*\|O/,
    );
  });
});

describe('a search', () => {
  const other = MASK.toReversed();
  const otherMasks = LAYOUT.prunable.map(({ name, shape, maskOffset, size }) => ({
    name,
    shape,
    values: other.subarray(maskOffset, maskOffset + size),
  }));

  it('has two imported masks beside an imported ticket, each under its name', async () => {
    const dataDir = temporaryFolder();
    const file = safetensors('ticket', pytorch());
    const named = [
      ['own', safetensors('own', ownMasks())],
      ['other', safetensors('other', otherMasks)],
    ] as const;
    const branches = named.map(([name, each]) => ({ id: 'imported-mask', file: each, name }));
    const { code, notes } = await importMask(
      file,
      ...['--set', `branches=${JSON.stringify(branches)}`],
      ...['--weights', file, '--search', '--quiet', '--data-dir', dataDir],
    );
    expect(code, notes).toBe(0);
    const workbench = Workbench.open(dataDir);
    const [search] = workbench.history.list();
    workbench.close();
    const store = Store.open(path.join(dataDir, 'workbench.sqlite'));
    const of = (branch: string) =>
      store.trainings.weights(search!.id, { replicate: 0, level: 1, branch });
    const unpacked = (branch: string) => unpackMask(of(branch).mask, LAYOUT.prunableCount);
    expect(unpacked('imported-mask-own')).toEqual(MASK);
    expect(unpacked('imported-mask-other')).toEqual(other);
    // The same mask over the same weights is the ticket.
    expect(of('imported-mask-own').finalWeights).toEqual(of('ticket').finalWeights);
    store.close();
  });

  it('has two of one name refused, with what would tell them apart', async () => {
    const branches = ['own', 'other'].map((name) => ({
      id: 'imported-mask',
      file: safetensors(`again-${name}`, ownMasks()),
    }));
    const { code, notes } = await ticket(
      ...['search', ...NETWORK, '--set', `branches=${JSON.stringify(branches)}`],
      ...['--data-dir', temporaryFolder()],
    );
    expect(code).not.toBe(0);
    expect(notes).toContain('both are called imported-mask');
    expect(notes).toContain('Imported masks can have a name each.');
  });

  it('refuses a file that is not the one of its settings', async () => {
    const file = safetensors('pinned', ownMasks());
    const strategy = JSON.stringify({ id: 'imported', file, sha256: 'a'.repeat(64) });
    const { code, notes } = await ticket(
      ...['search', ...NETWORK, '--set', `pruning.strategy=${strategy}`],
      ...['--set', 'pruning.levels=1', '--data-dir', temporaryFolder()],
    );
    expect(code).toBe(1);
    expect(notes).toContain(`${file} has changed: its SHA-256 is`);
    expect(notes).toContain('leave out the setting sha256');
  });
});
