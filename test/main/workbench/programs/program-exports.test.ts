/** Exports for other programs, through the calls that a window and the command line have. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { main } from '../../../../src/main/hosts/cli/main.ts';
import type { Output } from '../../../../src/main/hosts/cli/output.ts';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { datasets } from '../../../../src/main/engine/datasets/index.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { catalog } from '../../../../src/main/workbench/settings/catalog.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  sampleReading,
  sampleSearch,
  sampleTraining,
  temporaryFolder,
} from '../../store/samples.ts';
import { openTestWorkbench, type TestWorkbench } from '../handlers/support.ts';

const ARCHITECTURE = { id: 'mlp', widths: [4] };
const DATASET = { id: 'two-moons', validation: 100 };
const { programs } = catalog();

interface Exportable extends TestWorkbench {
  readonly id: string;
}

interface Given {
  readonly fingerprint?: string;
  /** Whether the search still runs: only its dense networks have finished. */
  readonly isRunning?: boolean;
}

/** A search on a dataset that takes no file; finished by default. */
async function exportable({ fingerprint, isRunning = false }: Given = {}): Promise<Exportable> {
  const test = openTestWorkbench();
  const { store } = test;
  const dataset = await datasets.get(DATASET.id).load({ id: DATASET.id });
  const network = architectures.get('mlp').build(ARCHITECTURE, dataset.shape, dataset.classes);
  const layout = layoutOf(network);
  const search = sampleSearch({ architecture: ARCHITECTURE, dataset: DATASET }, layout);
  const { id } = store.searches.create(search);
  store.searches.start(id, ENVIRONMENT, fingerprint ?? dataset.fingerprint);
  for (const key of plannedTrainings(search.settings)) {
    if (isRunning && key.level > 0) continue;
    store.trainings.save(id, sampleTraining(key, {}, layout));
  }
  const reading = sampleReading();
  const summary = { ...reading.summary, shape: dataset.shape };
  store.dataReadings.save(id, 'ticket', { ...reading, summary });
  if (!isRunning) store.searches.setStatus(id, 'finished');
  return { ...test, id };
}

async function command(
  { store }: Exportable,
  ...args: string[]
): Promise<{ code: number; notes: string }> {
  const notes: string[] = [];
  const output: Output = {
    isTerminal: false,
    columns: 80,
    result: () => undefined,
    note: (text) => notes.push(text),
    event: () => undefined,
    status: () => undefined,
  };
  const code = await main(['export', ...args, '--data-dir', store.directory], output);
  return { code, notes: notes.join('\n') };
}

describe('the window', () => {
  it('gets a file for every program, named by the training where it is one', async () => {
    const { client, id, faults } = await exportable();
    expect(programs.length).toBeGreaterThan(0);
    for (const { id: program, needs, fileEnding } of programs) {
      const file = await client.call('search.exportFor', { id, program, level: 1 });
      const stem =
        needs === 'metrics'
          ? `a-sample-${program}`
          : `a-sample-ticket-level-1-replicate-1-${program}`;
      expect(file.name).toBe(`${stem}.${fileEnding}`);
      expect(file.bytes.length).toBeGreaterThan(0);
      if (fileEnding !== 'zip') continue;
      const entries = Object.values(unzipSync(file.bytes));
      expect(entries.length).toBeGreaterThan(1);
      for (const entry of entries) expect(entry.length).toBeGreaterThan(0);
    }
    expect(faults).toEqual([]);
  });

  it('hears which levels there are, and that the data have changed', async () => {
    const { client, id } = await exportable();
    const call = { id, program: 'pytorch' };
    await expect(client.call('search.exportFor', { ...call, level: 9 })).rejects.toMatchObject({
      code: 'not-found',
      hint: 'Levels finished so far: 0, 1, 2.',
    });
    await expect(client.call('search.exportFor', { ...call, program: 'no' })).rejects.toMatchObject(
      {
        code: 'not-found',
      },
    );
    const changed = await exportable({ fingerprint: FINGERPRINT });
    await expect(
      changed.client.call('search.exportFor', { id: changed.id, program: 'keras' }),
    ).rejects.toMatchObject({ code: 'conflict', message: /two-moons has changed/ });
    // Neither a network by itself nor measurements need the data.
    for (const program of ['onnx', 'tfjs', 'csr', 'parquet']) {
      await changed.client.call('search.exportFor', { id: changed.id, program });
    }
  });

  it('gets what a running search has finished, and hears what is not there yet', async () => {
    const { client, id } = await exportable({ isRunning: true });
    const file = await client.call('search.exportFor', { id, program: 'pytorch' });
    expect(file.bytes.length).toBeGreaterThan(0);
    await client.call('search.exportFor', { id, program: 'tensorboard' });
    await expect(
      client.call('search.exportFor', { id, program: 'pytorch', level: 1 }),
    ).rejects.toMatchObject({ code: 'not-found', hint: 'Levels finished so far: 0.' });
  });

  it('hears that weights were dropped, and when', async () => {
    const { client, id, store } = await exportable();
    store.droppedWeights.drop(id);
    for (const program of ['pytorch', 'onnx', 'csr']) {
      await expect(client.call('search.exportFor', { id, program })).rejects.toMatchObject({
        message: /were dropped on \d{4}-\d{2}-\d{2}/,
      });
    }
    await client.call('search.exportFor', { id, program: 'parquet' });
  });
});

describe('ticket export', () => {
  it('writes a folder, a zip file where the name says so, or the only file', async () => {
    const test = await exportable();
    const folder = temporaryFolder();
    const out = (name: string) => ['--out', path.join(folder, name)];
    const pytorch = [test.id, '--what', 'pytorch', '--level', '1', '--replicate', '2'];
    expect(await command(test, ...pytorch, ...out('torch'))).toMatchObject({ code: 0 });
    expect(readdirSync(path.join(folder, 'torch')).toSorted()).toEqual([
      'README.md',
      'examples.safetensors',
      'initial.safetensors',
      'model.py',
      'model.safetensors',
      'pruned.safetensors',
      'ticket.safetensors',
    ]);
    expect(await command(test, ...pytorch, ...out('torch'))).toMatchObject({
      code: 1,
      notes: expect.stringContaining('already exists') as string,
    });
    expect(await command(test, ...pytorch, ...out('torch'), '--force')).toMatchObject({ code: 0 });
    expect(await command(test, ...pytorch, ...out('torch.zip'))).toMatchObject({ code: 0 });
    const onnx = [test.id, '--what', 'onnx'];
    expect(await command(test, ...onnx, ...out('ticket.onnx'))).toMatchObject({ code: 0 });
    expect(await command(test, ...onnx, ...out('ticket.zip'))).toMatchObject({
      notes: expect.stringContaining('ends in .onnx') as string,
    });
    expect(readdirSync(folder).toSorted()).toEqual(['ticket.onnx', 'torch', 'torch.zip']);
  });

  it('exports a network without its dataset, and says that its normalisation is left out', async () => {
    const there = await exportable();
    const changed = await exportable({ fingerprint: FINGERPRINT });
    const out = path.join(temporaryFolder(), 'csr');
    const csr = (test: Exportable, ...others: string[]) =>
      command(test, test.id, '--what', 'csr', '--out', out, ...others);
    const facts = () =>
      JSON.parse(readFileSync(path.join(out, 'config.json'), 'utf8')) as Record<string, unknown>;
    expect((await csr(there)).notes).not.toContain('Warning');
    expect(facts()).toMatchObject({
      normalization: 'unit',
      input_normalization: { kind: 'channels' },
    });
    const { code, notes } = await csr(changed, '--force');
    expect(code).toBe(0);
    expect(notes).toContain(
      `Warning: how the network's input is normalised is left out: the dataset two-moons has changed`,
    );
    expect(facts()).toMatchObject({ normalization: 'unit', input_normalization: null });
  });

  it('refuses a format, what would do nothing, and several searches', async () => {
    const test = await exportable();
    const to = ['--out', path.join(temporaryFolder(), 'x')];
    const refused = async (...args: string[]) => (await command(test, ...args, ...to)).notes;
    expect(await refused(test.id, '--what', 'pytorch', '--format', 'npz')).toContain(
      '--format would do nothing for an export for pytorch',
    );
    expect(await refused(test.id, '--what', 'parquet', '--level', '1')).toContain(
      '--level would do nothing',
    );
    expect(await refused(test.id, test.id, '--what', 'onnx')).toContain('expected one search');
    expect(await refused(test.id, '--what', 'masks')).toContain(
      '--format is missing; expected npz or safetensors',
    );
  });
});
