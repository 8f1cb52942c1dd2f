/** Exports for other programs from the window, in a real browser. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSearch, ticket } from '../support/command-line.ts';
import { accessibilityFaults, openOn, scratchFolder, showTheme } from './support.ts';

const SETTINGS = {
  dataset: { id: 'two-moons', validation: 100 },
  architecture: { id: 'mlp', widths: [16] },
  training: { iterations: 40, evaluateEvery: 20, batchSize: 20, engine: 'sparse' },
  pruning: { levels: 2 },
  branches: [],
  replicates: { count: 1 },
};

const scratch = scratchFolder();
const data = `${scratch.folder}/searches`;
let page: Page;
let complaints: string[];
let id: string;

beforeAll(async () => {
  id = await runSearch(data, 'Moons', SETTINGS);
  ({ page, complaints } = await openOn(scratch, { width: 1440, height: 1100 }));
  await page.evaluate(`location.hash = '#/search/${id}'`);
  await page.getByRole('button', { name: 'Export' }).click();
});

afterAll(scratch.close);

it('saves the network of a level, and the same as the command writes', async () => {
  const dialog = page.getByRole('dialog', { name: /Export/ });
  await dialog.getByRole('combobox', { name: /^Level/ }).selectOption('1');
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'ONNX as onnx' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('moons-ticket-level-1-replicate-1-onnx.onnx');
  const out = `${scratch.folder}/moons.onnx`;
  const { code, stderr } = await ticket(
    ...['export', id, '--what', 'onnx', '--level', '1', '--out', out, '--data-dir', data],
  );
  expect([code, stderr]).toEqual([0, expect.stringContaining(out)]);
  expect(readFileSync(await file.path()).equals(readFileSync(out))).toBe(true);
});

it('saves what every program takes, under a name that says what it is', async () => {
  const dialog = page.getByRole('dialog', { name: /Export/ });
  const training = 'moons-ticket-level-1-replicate-1';
  for (const [button, name] of [
    ['PyTorch as zip', `${training}-pytorch.zip`],
    ['Hugging Face folder as zip', `${training}-huggingface.zip`],
    ['TensorFlow.js as zip', `${training}-tfjs.zip`],
    ['Keras as zip', `${training}-keras.zip`],
    ['SciPy sparse matrices as zip', `${training}-csr.zip`],
    ['TensorBoard as zip', 'moons-tensorboard.zip'],
    ['MLflow and Weights & Biases as zip', 'moons-mlflow.zip'],
    ['Parquet as parquet', 'moons-parquet.parquet'],
  ] as const) {
    const download = page.waitForEvent('download');
    await dialog.getByRole('button', { name: button, exact: true }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(name);
    const { length, 0: first, 1: second } = readFileSync(await file.path());
    expect(length).toBeGreaterThan(500);
    if (name.endsWith('.zip')) expect([first, second]).toEqual([0x50, 0x4b]);
  }
});

it('says nothing wrong in either theme', async () => {
  for (const theme of ['light', 'dark'] as const) {
    await showTheme(page, theme);
    expect(await accessibilityFaults(page)).toEqual([]);
  }
  expect(complaints).toEqual([]);
});

it('says why a network can’t be exported', async () => {
  const { code, stderr } = await ticket(...['storage', 'drop-weights', id, '--data-dir', data]);
  expect([code, stderr]).toEqual([0, expect.anything()]);
  const dialog = page.getByRole('dialog', { name: /Export/ });
  await dialog.getByRole('button', { name: 'PyTorch as zip' }).click();
  await page
    .getByText(/weights .*were dropped on/)
    .first()
    .waitFor();
});
