/** Someone else's ticket in the form of a new search, in a real browser. */
import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ticket } from '../support/command-line.ts';
import { goTo, importSettings, launch, waitUntilFinished } from '../support/window-steps.ts';
import {
  accessibilityFaults,
  EXCESS_WIDTHS,
  keepPictures,
  openOn,
  scratchFolder,
  showTheme,
} from './support.ts';

const PATIENCE_MILLISECONDS = 180_000;
const POLL = { timeout: PATIENCE_MILLISECONDS };

const SETTINGS = {
  dataset: { id: 'two-moons', validation: 100 },
  architecture: { id: 'mlp', widths: [16] },
  training: { iterations: 40, evaluateEvery: 20, batchSize: 20, engine: 'sparse' },
  pruning: { levels: 1 },
  branches: [],
  replicates: { count: 2 },
};

const scratch = scratchFolder();
const data = `${scratch.folder}/searches`;
const their = `${scratch.folder}/their/ticket.safetensors`;
const masks = ['one', 'two'].map((name) => `${scratch.folder}/${name}.npz`);
let page: Page;
let complaints: string[];

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ticket(...args, '--data-dir', data);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

beforeAll(async () => {
  const config = `${scratch.folder}/search.json`;
  writeFileSync(config, JSON.stringify(SETTINGS));
  const printed = await run('search', '--config', config, '--name', 'Theirs', '--json');
  const last = JSON.parse(printed.trim().split('\n').at(-1)!) as { search: { id: string } };
  const { id } = last.search;
  await run('export', id, '--what', 'pytorch', '--out', `${scratch.folder}/their`);
  for (const [index, file] of masks.entries()) {
    const of = ['--replicate', String(index + 1), '--format', 'npz', '--out', file];
    await run('export', id, '--what', 'masks', ...of);
  }
  ({ page, complaints } = await openOn(
    scratch,
    { width: 1440, height: 900 },
    { timeoutMilliseconds: PATIENCE_MILLISECONDS },
  ));
  await goTo(page, 'New search');
});

afterAll(scratch.close);

const files = () => page.getByRole('textbox', { name: 'File', exact: true });
const checksums = () => page.getByRole('textbox', { name: 'SHA-256 of the file' });
/** By the setting's path. */
const setting = (path: string) => page.locator(`#setting-${path.replaceAll('.', '-')}`);
const noProblem = () => page.getByText(/problems? to fix/).waitFor({ state: 'hidden' });

it('asks for a file and nothing that planning fills in, and says on the path what is wrong', async () => {
  await importSettings(page, {
    ...SETTINGS,
    replicates: { count: 1 },
    initializer: { id: 'imported', file: their },
    pruning: { strategy: { id: 'imported', file: their }, schedule: 'iterative', levels: 1 },
    branches: masks.map((file, index) => ({
      id: 'imported-mask',
      file,
      name: index === 0 ? 'one' : 'two',
    })),
  });
  await noProblem();
  await expect.poll(() => files().count(), POLL).toBe(4);
  expect(await checksums().count()).toBe(0);
  expect(await page.getByRole('textbox', { name: 'Kept weights' }).count()).toBe(0);

  const path = setting('pruning.strategy.file');
  await path.fill(`${scratch.folder}/nowhere.npz`);
  await expect.poll(() => path.getAttribute('aria-invalid'), POLL).toBe('true');
  const described = await path.getAttribute('aria-describedby');
  expect(await page.locator(`#${described!.split(' ').at(-1)!}`).textContent()).toContain(
    'nowhere.npz is not a file',
  );
  const second = setting('branches.1.file');
  await second.fill(masks[0]!);
  await path.fill(`${scratch.folder}/search.json`);
  await expect
    .poll(() => page.locator('main').textContent(), POLL)
    .toContain('expected safetensors or npz');
  for (const theme of ['light', 'dark'] as const) {
    await showTheme(page, theme);
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPictures(page, `imports-${theme}`);
  }
  await page.setViewportSize({ width: 760, height: 900 });
  expect(await page.evaluate(EXCESS_WIDTHS)).toEqual([]);
  await keepPictures(page, 'imports-narrow');
  await page.setViewportSize({ width: 1440, height: 900 });
  await second.fill(masks[1]!);
  await path.fill(their);
  await noProblem();
});

it('runs with strategy, initialiser and two masks at once', async () => {
  await launch(page, 'On trial');
  await waitUntilFinished(page, PATIENCE_MILLISECONDS);
  const text = () => page.locator('main').textContent();
  await expect.poll(text, POLL).toContain('imported-mask-one');
  expect(await text()).toContain('imported-mask-two');
});

it('shows in a clone which files there were, until another one is chosen', async () => {
  await goTo(page, 'History');
  await page.getByRole('row', { name: /On trial/ }).click();
  await page.getByRole('button', { name: 'Clone', exact: true }).click();
  await page.getByRole('button', { name: 'Launch search' }).waitFor();
  await expect.poll(() => checksums().count(), POLL).toBe(4);
  expect(await checksums().first().inputValue()).toMatch(/^[0-9a-f]{64}$/);
  await keepPictures(page, 'imports-clone');
  await setting('branches.0.file').fill(masks[1]!);
  await expect.poll(() => checksums().count(), POLL).toBe(3);
  await noProblem();
  expect(complaints).toEqual([]);
});
