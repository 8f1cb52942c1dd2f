/** Learning curves that are too long to be sent whole, in a real browser. */
import type { Locator, Page, WebSocket } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseFile } from '../../src/main/workbench/data-directory.ts';
import { storeLongCurves } from '../support/long-curves.ts';
import { POLL } from '../support/patience.ts';
import {
  accessibilityFaults,
  dismissMessages,
  keepPictures,
  openOn,
  scratchFolder,
  showTheme,
} from './support.ts';

const EVALUATIONS = 30_000;
/** The size of all evaluations of the four trainings, 36 bytes each. */
const WHOLE_BYTES = 36 * EVALUATIONS * 4;

const scratch = scratchFolder();
let page: Page;
let complaints: string[];
let ids: string[];
/** Bytes of the longest answer since it was set to 0. */
let longest = 0;

beforeAll(async () => {
  const data = `${scratch.folder}/searches`;
  ids = ['Long', 'Longer'].map((name) =>
    storeLongCurves(databaseFile(data), {
      name,
      levels: 1,
      replicates: 2,
      evaluations: EVALUATIONS,
    }),
  );
  ({ page, complaints } = await openOn(
    scratch,
    { width: 1440, height: 900 },
    { permissions: ['clipboard-read', 'clipboard-write'] },
  ));
  page.on('websocket', (socket: WebSocket) => {
    socket.on('framereceived', ({ payload }) => {
      longest = Math.max(longest, payload.length);
    });
  });
  // The connection is listened to from its beginning.
  await page.reload();
  await page.getByRole('button', { name: 'Start the quick search', disabled: false }).waitFor();
  await open(`search/${ids[0]!}/curves`);
  await surface().waitFor();
});

afterAll(scratch.close);

const open = (view: string) => page.evaluate(`location.hash = '#/${view}'`);
const card = (): Locator => page.locator('section[aria-labelledby="curves-title"]');
const surface = (): Locator => card().getByRole('slider', { name: /^Read the chart/ });
const said = () => surface().getAttribute('aria-valuetext');
/** Everything that was asked for is there. */
const settled = () => page.locator('section[aria-busy="false"]').waitFor();

/** The fraction of the columns in the middle of the plot that hold little more than the lines of the grid. */
const SHARE_WITHOUT_LINE = `(() => {
  const canvas = document.querySelector('section[aria-labelledby="curves-title"] canvas');
  const [left, width] = [Math.round(0.2 * canvas.width), Math.round(0.6 * canvas.width)];
  const { data } = canvas.getContext('2d').getImageData(left, 0, width, canvas.height);
  let missing = 0;
  for (let column = 0; column < width; column += 1) {
    let inked = 0;
    for (let row = 0; row < canvas.height; row += 1) {
      if (data[4 * (row * width + column) + 3] > 0) inked += 1;
    }
    if (inked < 60) missing += 1;
  }
  return missing / width;
})()`;

async function pointAt(x: number): Promise<void> {
  await surface().scrollIntoViewIfNeeded();
  const box = (await surface().boundingBox())!;
  await page.mouse.move(box.x + x * box.width, box.y + box.height / 2);
}

async function drag(from: number, to: number): Promise<void> {
  await pointAt(from);
  await page.mouse.down();
  await pointAt((from + to) / 2);
  await pointAt(to);
  await page.mouse.up();
}

async function copiedData(): Promise<string[]> {
  await card().getByRole('button', { name: 'Copy or save the chart' }).click();
  await card()
    .getByRole('menuitem', { name: /^As data/ })
    .click();
  await page.getByText('Data copied').first().waitFor();
  await dismissMessages(page);
  return (await page.evaluate<string>('navigator.clipboard.readText()')).split('\n');
}

describe('long learning curves', () => {
  it('come to the window as what can be drawn, with their means and early stops', async () => {
    await settled();
    expect(longest).toBeLessThan(WHOLE_BYTES / 3);
    await surface().focus();
    await page.keyboard.press('Home');
    await expect.poll(said, POLL).toMatch(/dense .*N 2/);
    await page.keyboard.press('Escape');
    await expect.poll(() => card().locator('.legend li').count(), POLL).toBe(2);
  });

  it('are drawn in columns of pixels, and brought forward by the legend', async () => {
    await page.mouse.move(0, 0);
    await expect.poll(() => page.evaluate(SHARE_WITHOUT_LINE), POLL).toBeLessThan(0.1);
    const picture = () =>
      card()
        .locator('canvas')
        .evaluate((canvas: { toDataURL(): string }) => canvas.toDataURL());
    const before = await picture();
    await card().getByRole('button', { name: 'dense', exact: true }).hover();
    await expect.poll(picture, POLL).not.toBe(before);
    await page.mouse.move(0, 0);
    await expect.poll(picture, POLL).toBe(before);
  });

  it('have every evaluation of a part that is zoomed into', async () => {
    await surface().focus();
    await page.keyboard.press('Home');
    for (let step = 0; step < 9; step += 1) {
      await page.keyboard.press('+');
      await settled();
    }
    // A 512th of 30,000 evaluations: 58 from the first on.
    await expect
      .poll(async () => {
        const seen = new Set<string>();
        await page.keyboard.press('Home');
        for (let step = 0; step < 12; step += 1) {
          seen.add(/Iteration ([\d,]+)/.exec((await said()) ?? '')?.[1] ?? '');
          await page.keyboard.press('ArrowRight');
        }
        return [...seen];
      }, POLL)
      .toEqual(Array.from({ length: 12 }, (_, iteration) => String(iteration)));
    await page.keyboard.press('0');
    await page.keyboard.press('Escape');
  });

  it('are copied with all data of the part that is seen', async () => {
    await drag(0.3, 0.6);
    await settled();
    const rows = (await copiedData()).slice(2).map((row) => row.split('\t'));
    const iterations = rows
      .filter(([line, , mean]) => line === 'dense' && mean !== '')
      .map(([, iteration]) => Number(iteration))
      .toSorted((one, other) => one - other);
    expect(iterations.length).toBeGreaterThan(EVALUATIONS / 5);
    const gaps = new Set(iterations.slice(1).map((iteration, at) => iteration - iterations[at]!));
    gaps.delete(0);
    expect([...gaps]).toEqual([1]);
    await card().getByRole('button', { name: 'Show everything' }).click();
  });

  it('of each replicate are smoothed by the average of all values', async () => {
    await card().getByLabel('Replicates').selectOption('all');
    await expect.poll(() => card().locator('.legend li').count(), POLL).toBe(4);
    await card().getByLabel('Smoothing').fill('0.99');
    await pointAt(0.8);
    await expect.poll(said, POLL).toMatch(/measured/);
    // The mean of the noise is 0.27, and the loss beyond it falls from 2 to below 0.1.
    await expect.poll(said, POLL).toMatch(/replicate 1, dense[^;]*0\.3[0-9]*/);
    await card().getByLabel('Smoothing').fill('0');
    await card().getByLabel('Replicates').selectOption('mean');
  });

  it('are saved as a file', async () => {
    await card().getByRole('button', { name: 'Copy or save the chart' }).click();
    const download = page.waitForEvent('download');
    await card().getByRole('menuitem', { name: /PDF/ }).first().click();
    expect((await download).suggestedFilename()).toMatch(/\.pdf$/);
  });

  it('of several searches are thinned together', async () => {
    longest = 0;
    await open(`compare/${ids.join(',')}`);
    await expect.poll(() => card().locator('.legend li').count(), POLL).toBe(4);
    await settled();
    expect(longest).toBeLessThan(WHOLE_BYTES / 3);
    await drag(0.4, 0.5);
    await settled();
    await pointAt(0.5);
    await expect.poll(said, POLL).toMatch(/Long: dense .*Longer: dense/);
    await page.mouse.move(0, 0);
  });
});

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it('their page gives axe nothing to find', async () => {
    await open(`search/${ids[0]!}/curves`);
    await showTheme(page, theme);
    await surface().waitFor();
    await settled();
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPictures(page, `curves-${theme}`);
  });
});

it('says nothing in the console', () => {
  expect(complaints).toEqual([]);
});
