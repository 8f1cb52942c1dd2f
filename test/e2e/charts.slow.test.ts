/** The charts of the window in a real browser: what they say when pointed at, and what one can do with them. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENCE_MILLISECONDS, POLL } from '../support/patience.ts';
import { goTo, importSettings, launch, waitUntilFinished } from '../support/window-steps.ts';
import {
  accessibilityFaults,
  dismissMessages,
  expectOnOtherPage,
  openOn,
  scratchFolder,
  showTheme,
  SMALL_SETTINGS,
} from './support.ts';

const BRANCHES = ['ticket', 'random-reinit'];

const scratch = scratchFolder();
let page: Page;
let complaints: string[];

beforeAll(async () => {
  ({ page, complaints } = await openOn(
    scratch,
    { width: 1600, height: 1000 },
    { permissions: ['clipboard-read', 'clipboard-write'] },
  ));
  await goTo(page, 'New search');
  await importSettings(page, { ...SMALL_SETTINGS, branches: ['random-reinit'] });
  await launch(page, 'Charted');
  await waitUntilFinished(page, PATIENCE_MILLISECONDS);
  await page.getByRole('link', { name: 'Details' }).click();
  await chart('accuracy').surface.waitFor();
  // It says that the search has finished, and covers what is pointed at.
  await dismissMessages(page);
  // Points of others have densities of their own.
  await published().uncheck();
});

afterAll(scratch.close);

interface Chart {
  readonly card: Locator;
  /** Where one points, and what has the keyboard's focus. */
  readonly surface: Locator;
  readonly readout: Locator;
  readonly crosshair: Locator;
}

/** A chart in a card, by the id of its heading. */
function chart(kind: string, on = page): Chart {
  const card = on.locator(`section[aria-labelledby="${kind}-title"]`);
  return {
    card,
    surface: card.getByRole('slider', { name: /^Read the chart/ }),
    readout: card.locator('.plot > .readout'),
    crosshair: card.locator('svg.crosshair'),
  };
}

const published = () => page.getByRole('switch', { name: 'Published points' });

/** Points at a place of the plot, as shares of its width and height. */
async function pointAt({ surface }: Chart, x: number, y: number): Promise<void> {
  await surface.scrollIntoViewIfNeeded();
  const box = (await surface.boundingBox())!;
  await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
}

async function drag(shown: Chart, from: number, to: number): Promise<void> {
  await pointAt(shown, from, 0.5);
  await page.mouse.down();
  await pointAt(shown, (from + to) / 2, 0.5);
  await pointAt(shown, to, 0.5);
  await page.mouse.up();
}

async function leave(): Promise<void> {
  await page.mouse.move(2, 2);
}

const saidBy = ({ surface }: Chart) => surface.getAttribute('aria-valuetext');
const isZoomed = ({ card }: Chart) =>
  card.getByRole('button', { name: 'Show everything' }).isVisible();

describe('a chart that is pointed at', () => {
  it('says what every line is there, wherever one points', async () => {
    const shown = chart('accuracy');
    for (const x of [0.12, 0.25, 0.4, 0.55, 0.7, 0.85, 0.97]) {
      for (const y of [0.1, 0.45, 0.8]) {
        await pointAt(shown, x, y);
        await shown.readout.waitFor();
        const names = shown.readout.locator('tbody tr td.name');
        await expect
          .poll(async () => (await names.allTextContents()).map((name) => name.trim()), POLL)
          .toEqual([...BRANCHES, 'dense']);
        const [read, main] = await Promise.all([
          shown.readout.boundingBox(),
          page.getByRole('main').boundingBox(),
        ]);
        expect(read!.x).toBeGreaterThanOrEqual(main!.x);
        expect(read!.x + read!.width).toBeLessThanOrEqual(main!.x + main!.width);
      }
    }
    await expect
      .poll(() => saidBy(shown), POLL)
      .toMatch(/^Density \d.*lowest to highest .* N 2.*from dense .*verdict /s);
  });

  it('shows the place in every chart of the page with the same axis', async () => {
    await pointAt(chart('accuracy'), 0.5, 0.5);
    await chart('early-stop').crosshair.waitFor();
    await expect
      .poll(async () => {
        const [own, other] = await Promise.all(
          [chart('accuracy'), chart('early-stop')].map(({ readout }) =>
            readout.locator('.heading').textContent(),
          ),
        );
        return own === other;
      }, POLL)
      .toBe(true);
    await leave();
    await chart('early-stop').crosshair.waitFor({ state: 'hidden' });
    await chart('accuracy').readout.waitFor({ state: 'hidden' });
  });

  it('says what the published points are', async () => {
    await published().check();
    const shown = chart('accuracy');
    await pointAt(shown, 0.98, 0.5);
    await expect.poll(() => saidBy(shown), POLL).toContain('arXiv');
    await expect.poll(() => shown.readout.textContent(), POLL).toContain('arXiv');
    await leave();
    await published().uncheck();
  });

  it('has no scale for the wheel', async () => {
    const shown = chart('accuracy');
    await pointAt(shown, 0.3, 0.5);
    await expect.poll(() => saidBy(shown), POLL).toMatch(/^Density /);
    const before = await saidBy(shown);
    await page.mouse.wheel(0, 50);
    // What is said next comes after what the wheel would do.
    await pointAt(shown, 0.95, 0.5);
    await expect.poll(() => saidBy(shown), POLL).not.toBe(before);
    expect(await isZoomed(shown)).toBe(false);
    await leave();
  });
});

describe('a legend', () => {
  it('hides a line with a click and shows it again, and the plot is read without it', async () => {
    const shown = chart('accuracy');
    const entry = shown.card.getByRole('button', { name: 'random-reinit', exact: true });
    await entry.click();
    await expect.poll(() => entry.getAttribute('aria-pressed'), POLL).toBe('false');
    await pointAt(shown, 0.6, 0.5);
    await expect.poll(() => saidBy(shown), POLL).not.toContain('random-reinit');
    await shown.card.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(() => entry.getAttribute('aria-pressed'), POLL).toBe('true');
    await leave();
  });

  it('brings a line forward while it is pointed at', async () => {
    const shown = chart('accuracy');
    const picture = () =>
      shown.card
        .locator('canvas')
        .evaluate((canvas: { toDataURL(): string }) => canvas.toDataURL());
    let before = '';
    // The line that was hidden may not have been drawn again yet.
    await expect
      .poll(
        async () => {
          const earlier = before;
          before = await picture();
          return before === earlier;
        },
        { ...POLL, interval: 300 },
      )
      .toBe(true);
    await shown.card.getByRole('button', { name: 'random-reinit', exact: true }).hover();
    await expect.poll(picture, POLL).not.toBe(before);
    await leave();
    await expect.poll(picture, POLL).toBe(before);
  });

  it('leaves the plot most of the card, and is below it in a narrow window', async () => {
    const shown = chart('accuracy');
    const sizes = async () => {
      const [plot, legend] = await Promise.all([
        shown.surface.boundingBox(),
        shown.card.locator('.legend').boundingBox(),
      ]);
      return { plot: plot!, legend: legend! };
    };
    const wide = await sizes();
    expect(wide.plot.height).toBeGreaterThan(250);
    await page.setViewportSize({ width: 520, height: 1000 });
    await expect.poll(async () => (await sizes()).legend.x, POLL).toBeLessThan(wide.legend.x + 1);
    const narrow = await sizes();
    expect(narrow.legend.y).toBeGreaterThanOrEqual(narrow.plot.y + narrow.plot.height);
    expect(narrow.plot.height).toBeGreaterThan(150);
    await page.setViewportSize({ width: 3840, height: 2160 });
    // As wide as it is, a chart is high enough to be read.
    await expect
      .poll(async () => {
        const { plot } = await sizes();
        return plot.width > 700 && plot.height > 0.35 * plot.width;
      }, POLL)
      .toBe(true);
    await page.setViewportSize({ width: 1600, height: 1000 });
  });
});

describe('a zoom', () => {
  it('goes where one drags, and back with a double click', async () => {
    const shown = chart('accuracy');
    await drag(shown, 0.1, 0.5);
    await expect.poll(() => isZoomed(shown), POLL).toBe(true);
    await pointAt(shown, 0.95, 0.5);
    await expect.poll(() => saidBy(shown), POLL).toContain('ticket');
    await shown.surface.dblclick();
    await expect.poll(() => isZoomed(shown), POLL).toBe(false);
    await leave();
  });

  it('has buttons for the same', async () => {
    const shown = chart('accuracy');
    await shown.card.getByRole('button', { name: 'Zoom in' }).click();
    await expect.poll(() => isZoomed(shown), POLL).toBe(true);
    await shown.card.getByRole('button', { name: 'Zoom out' }).click();
    await expect.poll(() => isZoomed(shown), POLL).toBe(false);
  });
});

describe('the keyboard alone', () => {
  it('reads a chart, zooms it and leaves it', async () => {
    const shown = chart('accuracy');
    await leave();
    // As the Tab key comes to it.
    await shown.card.getByRole('button', { name: 'Copy or save the chart' }).focus();
    await page.keyboard.press('Tab');
    await expect.poll(() => saidBy(shown), POLL).toContain('Density 100 %');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => saidBy(shown), POLL).toMatch(/Density 80[^:]*: ticket/);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => saidBy(shown), POLL).toContain('Density 100 %');
    await page.keyboard.press('End');
    await expect.poll(() => saidBy(shown), POLL).toMatch(/Density 64/);
    await page.keyboard.press('+');
    await expect.poll(() => isZoomed(shown), POLL).toBe(true);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => saidBy(shown), POLL).toContain('ticket');
    await page.keyboard.press('0');
    await expect.poll(() => isZoomed(shown), POLL).toBe(false);
    await page.keyboard.press('Escape');
    await shown.readout.waitFor({ state: 'hidden' });
  });

  it('goes through a legend and hides a line', async () => {
    const shown = chart('accuracy');
    await shown.surface.focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    const entry = shown.card.getByRole('button', { name: 'random-reinit', exact: true });
    await page.keyboard.press('Enter');
    await expect.poll(() => entry.getAttribute('aria-pressed'), POLL).toBe('false');
    await page.keyboard.press('Enter');
    await expect.poll(() => entry.getAttribute('aria-pressed'), POLL).toBe('true');
  });
});

describe('how a chart is drawn', () => {
  const chosen = (shown: Chart, item: string) =>
    shown.card.getByRole('menuitemcheckbox', { name: item });

  async function openMenu(shown: Chart, name: string): Promise<void> {
    await shown.card.getByRole('button', { name }).click();
  }

  it('can be chosen, and kept for the next time', async () => {
    const shown = chart('accuracy');
    await openMenu(shown, 'How the chart is drawn');
    await chosen(shown, '95 % interval of the mean').click();
    await chosen(shown, 'Logarithmic x').click();
    await expect
      .poll(() => chosen(shown, 'Logarithmic x').getAttribute('aria-checked'), POLL)
      .toBe('false');
    await shown.card.getByRole('menuitem', { name: 'Open like this next time' }).click();
    const hasInterval = async (on: Page): Promise<string | null> => {
      const there = chart('accuracy', on);
      await there.surface.waitFor();
      await openMenu(there, 'How the chart is drawn');
      return chosen(there, '95 % interval of the mean').getAttribute('aria-checked');
    };
    await expectOnOtherPage(page, hasInterval, 'true');
    await page.reload();
    expect(await hasInterval(page)).toBe('true');
    await chosen(shown, 'Each replicate').click();
    await chosen(shown, 'Logarithmic x').click();
    await page.keyboard.press('Escape');
    await pointAt(shown, 0.5, 0.5);
    await shown.readout.waitFor();
    await leave();
  });

  it('can be copied as data and as a picture', async () => {
    const shown = chart('accuracy');
    await openMenu(shown, 'Copy or save the chart');
    await shown.card.getByRole('menuitem', { name: /^As data/ }).click();
    await page.getByText('Data copied').first().waitFor();
    const data = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(data.split('\n')[1]).toMatch(/^line\tDensity.*\tmean\t/);
    expect(data).toContain('random-reinit\t');
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('combobox', { name: 'Command or search' });
    await palette.fill('accuracy copy as a picture');
    await page.getByRole('option', { name: /^Test accuracy .*: Copy, As a picture/ }).click();
    await page.getByText('Picture copied').first().waitFor();
    await dismissMessages(page);
    await openMenu(shown, 'Copy or save the chart');
    await shown.card.getByRole('menuitem', { name: 'As a picture' }).click();
    await page.getByText('Picture copied').first().waitFor();
    const types = await page.evaluate<string[]>(
      'navigator.clipboard.read().then(([item]) => [...item.types])',
    );
    expect(types).toContain('image/png');
  });
});

describe('learning curves', () => {
  it('are means of the levels that are ticked, with early stops, and can be smoothed', async () => {
    await page.getByRole('tab', { name: 'Learning curves' }).click();
    const shown = chart('curves');
    await shown.surface.waitFor();
    await expect
      .poll(() => shown.card.locator('.legend li').allTextContents(), POLL)
      .toEqual([
        expect.stringContaining('dense'),
        expect.stringContaining('level 1'),
        expect.stringContaining('level 2'),
      ]);
    await shown.card.getByRole('button', { name: 'Levels' }).click();
    await shown.card.getByRole('menuitemcheckbox', { name: /^1 / }).click();
    await page.keyboard.press('Escape');
    await expect.poll(() => shown.card.locator('.legend li').count(), POLL).toBe(2);
    await pointAt(shown, 0.5, 0.5);
    await expect.poll(() => saidBy(shown), POLL).toMatch(/Iteration \d+: dense .*N 2/);
    await leave();
    await shown.card.getByLabel('Replicates').selectOption('all');
    await shown.card.getByLabel('Smoothing').fill('0.6');
    await pointAt(shown, 0.5, 0.5);
    await expect.poll(() => saidBy(shown), POLL).toMatch(/replicate 1, dense .*measured/);
    await leave();
  });
});

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it('charts and what they say give axe nothing to find', async () => {
    await showTheme(page, theme);
    await dismissMessages(page);
    for (const tab of ['Learning curves', 'Overview']) {
      await page.getByRole('tab', { name: tab }).click();
      const shown = chart(tab === 'Overview' ? 'accuracy' : 'curves');
      await pointAt(shown, 0.4, 0.5);
      await shown.readout.waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
    }
  });
});

it('says nothing in the console', () => {
  expect(complaints).toEqual([]);
});
