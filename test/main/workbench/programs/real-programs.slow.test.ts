/**
 * Searches of every kind, exported as a user exports them, in the hands of the programs that they are for.
 * The programs are too large to set up for tests: TICKET_TORCH_PYTHON names a Python that has them. Prints
 * the largest differences of logits, which docs/exports.md records.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { isFetched } from '../../../../src/main/engine/datasets/download.ts';
import { datasets } from '../../../../src/main/engine/datasets/index.ts';
import { ensureWasm } from '../../../../src/main/engine/sparse/build.ts';
import { loadTfjs } from '../../../../src/main/engine/kernels/tfjs.ts';
import { readTensorFile } from '../../../../src/main/engine/imports/tensor-file.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { largest } from '../../../../src/shared/extremes.ts';
import { parseSettings, type WrittenSettings } from '../../../../src/shared/domain/settings.ts';
import type { TrainingKey } from '../../../../src/shared/domain/training.ts';
import { lastingGroup } from '../../../support/lasting-group.ts';
import { missingPrograms, ON_TORCH, TORCH_PYTHON } from '../../../support/torch-python.ts';
import { temporaryFolders } from '../../engine/datasets/idx-writer.ts';
import { FIXTURES } from '../../exporters/samples.ts';
import { exampleSearches } from '../conformance/searches.ts';

const MISSING = missingPrograms('torch', 'safetensors', 'onnxruntime', 'keras', 'numpy');

const folder = mkdtempSync(path.join(tmpdir(), 'ticket-real-programs-'));
const store = Store.open(path.join(folder, 'workbench.sqlite'));
const workbench = Workbench.over(store);
const workers = lastingGroup(2);
const folderOf = temporaryFolders();

const PATIENCE_MILLISECONDS = 1_800_000;

beforeAll(() => ensureWasm());
afterAll(async () => {
  await workers.end();
  store.close();
  rmSync(folder, { recursive: true });
});

async function searched(settings: WrittenSettings, name: string): Promise<string> {
  const { id } = await workbench.planner.create(settings, name);
  await workbench.runner.run(id, { group: workers.group });
  return id;
}

/** Writes one training for PyTorch, with the ONNX file beside it. */
async function exported(searchId: string, key: TrainingKey, name: string): Promise<string> {
  const file = path.join(folder, name);
  const of = { searchId, ...key, overwrite: false };
  await workbench.programs.toPath({ ...of, program: 'pytorch', file });
  await workbench.programs.toPath({
    ...of,
    program: 'onnx',
    file: path.join(file, 'model.onnx'),
  });
  return name;
}

function python(script: string, ...args: readonly string[]): string {
  return execFileSync(TORCH_PYTHON, [path.join(FIXTURES, script), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: ON_TORCH,
    maxBuffer: 2 ** 28,
  });
}

interface Run {
  readonly accuracy: string;
  readonly expected: string;
  readonly difference: number;
}

/** What each `python model.py` or `python model_keras.py` printed, in their order. */
function runs(folders: readonly string[], perFolder: number): Map<string, readonly Run[]> {
  const printed = python('run-models.py', ...folders);
  const found = printed.matchAll(
    /accuracy (\S+) on \d+ test examples \(workbench: (\S+)\), largest difference of logits (\S+)/g,
  );
  const all = [...found].map(([, accuracy = '', expected = '', difference]) => ({
    accuracy,
    expected,
    difference: Number(difference),
  }));
  expect(all).toHaveLength(perFolder * folders.length);
  return new Map(
    folders.map((name, at) => [name, all.slice(perFolder * at, perFolder * (at + 1))]),
  );
}

function onnxDifferences(folders: readonly string[]): Record<string, { difference: number }> {
  return JSON.parse(python('read-programs.py', 'onnx', ...folders)) as Record<
    string,
    { difference: number }
  >;
}

/** What the files depend on; how a network is trained and pruned does not change them. */
const CHANGES_EXPORTS =
  /^(dataset|normalization) |^(rewind|pruning schedule one-shot|strategy imported)|transfer to other|every layer/;

it(
  'PyTorch and ONNX Runtime agree about every dataset, normalisation, rewind, branch and transfer',
  { timeout: PATIENCE_MILLISECONDS },
  async ({ skip }) => {
    if (MISSING !== undefined) skip(MISSING);
    const { entries, combinations } = exampleSearches(folderOf);
    const folders: string[] = [];
    for (const { name, on } of [...entries, ...combinations]) {
      if (!CHANGES_EXPORTS.test(name)) continue;
      const settings = on('sparse');
      const { id: dataset, download } = datasets.get(settings.dataset.id);
      if (download && !isFetched(dataset)) continue;
      const id = await searched(settings, name);
      for (const key of lastLevels(store.trainings.keys(id))) {
        folders.push(await exported(id, key, `${name} ${key.branch}`));
      }
    }
    const onnx = onnxDifferences(folders);
    for (const [name, own] of runs(folders, 2)) {
      for (const { accuracy, expected, difference } of own) {
        expect(accuracy, name).toBe(expected);
        expect(difference, name).toBeLessThan(1e-5);
      }
      expect(onnx[name]!.difference, name).toBeLessThan(1e-5);
    }
    console.info(`${folders.length} trainings`);
  },
);

/** The ticket of every branch at its last level, in the first replicate. */
function lastLevels(keys: readonly TrainingKey[]): readonly TrainingKey[] {
  const last = new Map<string, TrainingKey>();
  for (const key of keys) {
    if (key.replicate === 0 && key.level >= (last.get(key.branch)?.level ?? 0)) {
      last.set(key.branch, key);
    }
  }
  return [...last.values()];
}

/** Narrow where a forward pass of the whole width takes a minute. */
const WIDTHS: Readonly<Record<string, number>> = {
  'conv-4': 0.5,
  'conv-6': 0.5,
  'vgg-11': 0.25,
  'vgg-16': 0.25,
  'resnet-20': 0.5,
  'resnet-32': 0.5,
  'resnet-56': 0.5,
};

const CUSTOM = {
  layers: [
    { kind: 'residual', channels: 8, stride: 2, shortcut: 'projection' },
    { kind: 'max-pool', size: 3, stride: 2, padding: 'same' },
    { kind: 'average-pool', size: 3, stride: 1, padding: 'same' },
    { kind: 'flatten' },
    { kind: 'dropout' },
    { kind: 'dense', units: 12 },
    { kind: 'batch-norm' },
    { kind: 'relu' },
  ],
};

it(
  'every architecture, trained and pruned, gives the same logits for 256 test images of MNIST',
  { timeout: PATIENCE_MILLISECONDS },
  async ({ skip }) => {
    if (MISSING !== undefined) skip(MISSING);
    const ids = architectures.entries.map(({ id }) => id);
    const key = { replicate: 0, level: 1, branch: 'ticket' };
    for (const id of ids) {
      const searchId = await searched(settingsFor(id), id);
      await exported(searchId, key, id);
      for (const program of ['keras', 'tfjs']) {
        const file = path.join(folder, `${id}-${program}`);
        await workbench.programs.toPath({ searchId, ...key, program, file, overwrite: false });
      }
    }
    const torch = runs(ids, 2);
    const keras = runs(
      ids.map((id) => `${id}-keras`),
      1,
    );
    const onnx = onnxDifferences(ids);
    for (const id of ids) {
      const ofTorch = torch.get(id)!;
      const ofKeras = keras.get(`${id}-keras`)!;
      for (const { accuracy, expected } of [...ofTorch, ...ofKeras]) {
        expect(accuracy, id).toBe(expected);
      }
      const differences = [
        largest(ofTorch.map(({ difference }) => difference)),
        onnx[id]!.difference,
        await tfjsDifference(id),
        ofKeras[0]!.difference,
      ];
      // As a row of the table in docs/exports.md.
      const shown = differences.map((each) => each.toExponential(1));
      console.info(`| ${[id, WIDTHS[id] ?? 1, ...shown].join(' | ')} |`);
      expect(largest(differences), id).toBeLessThan(2e-6);
    }
  },
);

function settingsFor(id: string): WrittenSettings {
  const width = WIDTHS[id];
  return parseSettings(registries, {
    dataset: { id: 'mnist', validation: 50, subset: 500, testSubset: 256 },
    architecture: {
      id,
      ...(width === undefined ? {} : { width }),
      ...(id === 'custom' ? CUSTOM : {}),
    },
    training: {
      optimizer: { id: 'adam', learningRate: 0.002 },
      batchSize: 20,
      iterations: 4,
      evaluateEvery: 4,
      engine: 'sparse',
    },
    pruning: { strategy: { id: 'global-magnitude' }, schedule: 'one-shot', targetDensity: 0.3 },
    branches: [],
    replicates: { count: 1, seed: 7 },
  });
}

/** Relative to the largest logit. */
async function tfjsDifference(id: string): Promise<number> {
  const tf = loadTfjs();
  const { tensors } = readTensorFile(path.join(folder, id, 'examples.safetensors'));
  const valuesOf = (wanted: string) => tensors.find(({ name }) => name === wanted)!;
  const { values, shape } = valuesOf('inputs');
  const logits = Float64Array.from(valuesOf('logits').values());
  const file = path.join(folder, `${id}-tfjs`, 'model.json');
  const model = await tf.loadLayersModel(pathToFileURL(file).href);
  const computed = tf.tidy(() => {
    const inputs = tf.tensor(Float32Array.from(values()), [...shape]);
    // Images are [batch, channels, height, width] for PyTorch.
    const output = model.predict(shape.length === 4 ? inputs.transpose([0, 2, 3, 1]) : inputs);
    if (Array.isArray(output)) throw new Error('the model has several outputs');
    return output.dataSync();
  });
  model.dispose();
  const differences = logits.map((logit, index) => Math.abs(logit - computed[index]!));
  return largest(differences) / largest(logits.map(Math.abs));
}
