/** The charts of a search on a phone, in half a window, in a window and on a large screen, in a real browser. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseFile } from '../../src/main/workbench/data-directory.ts';
import { storeLongCurves } from '../support/long-curves.ts';
import { POLL } from '../support/patience.ts';
import {
  accessibilityFaults,
  EXCESS_WIDTHS,
  keepPictures,
  openOn,
  scratchFolder,
  showTheme,
} from './support.ts';

const SIZES = [
  { width: 400, height: 800 },
  { width: 760, height: 900 },
  { width: 1440, height: 900 },
  { width: 3840, height: 2160 },
];

const scratch = scratchFolder();
let page: Page;
let complaints: string[];
let id: string;

beforeAll(async () => {
  const data = `${scratch.folder}/searches`;
  id = storeLongCurves(databaseFile(data), {
    name: 'Fifteen levels',
    levels: 14,
    replicates: 3,
    evaluations: 60,
  });
  ({ page, complaints } = await openOn(scratch, SIZES[2]!));
});

afterAll(scratch.close);

const card = (kind: string): Locator => page.locator(`section[aria-labelledby="${kind}-title"]`);

/** The height of what lies between the axes: as long as the crosshair. */
async function plotHeight(kind: string): Promise<number> {
  const surface = card(kind).getByRole('slider', { name: /^Read the chart/ });
  await surface.scrollIntoViewIfNeeded();
  const box = (await surface.boundingBox())!;
  await page.mouse.move(box.x + 0.6 * box.width, box.y + 0.4 * box.height);
  const line = card(kind).locator('svg.crosshair line');
  await line.waitFor({ state: 'attached' });
  const ends = await Promise.all(['y1', 'y2'].map((end) => line.getAttribute(end)));
  await page.mouse.move(1, 1);
  return Math.abs(Number(ends[0]) - Number(ends[1]));
}

describe.each(SIZES)('at a width of $width pixels', (size) => {
  it('plots are high enough to be read, and nothing is cut off', async () => {
    await page.setViewportSize(size);
    for (const [tab, kinds] of [
      ['', ['accuracy', 'early-stop']],
      ['/curves', ['curves']],
    ] as const) {
      await page.evaluate(`location.hash = '#/search/${id}${tab}'`);
      for (const kind of kinds) {
        await expect.poll(() => plotHeight(kind), POLL).toBeGreaterThan(170);
      }
      await expect.poll(() => page.evaluate(EXCESS_WIDTHS), POLL).toEqual([]);
    }
  });

  it.each(['light', 'dark'] as const)('axe finds nothing in the %s theme', async (theme) => {
    await showTheme(page, theme);
    for (const tab of ['', '/curves']) {
      await page.evaluate(`location.hash = '#/search/${id}${tab}'`);
      await card(tab === '' ? 'accuracy' : 'curves')
        .locator('canvas')
        .waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await keepPictures(page, `${size.width}-${theme}${tab.replace('/', '-')}`);
    }
  });
});

it('says nothing in the console', () => {
  expect(complaints).toEqual([]);
});
