/** What is typed and imported in the form of a new search, in a real browser. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POLL } from '../support/patience.ts';
import { SMALL_RESNET } from '../support/small-resnet.ts';
import { goTo, importSettings } from '../support/window-steps.ts';
import { openOn, scratchFolder, SMALL_SETTINGS } from './support.ts';

const scratch = scratchFolder();
let page: Page;
let complaints: string[];

beforeAll(async () => {
  ({ page, complaints } = await openOn(scratch, { width: 1440, height: 900 }));
  await goTo(page, 'New search');
});

afterAll(scratch.close);

const button = (name: string | RegExp) => page.getByRole('button', { name });
const field = (name: string) => page.getByRole('textbox', { name, exact: true });
const summary = () => page.getByRole('complementary', { name: 'Summary' });
const outline = () => page.getByRole('navigation', { name: 'Sections of the form' });
const noProblem = () => page.getByText(/problems? to fix/).waitFor({ state: 'hidden' });

describe('fractions of single layers', () => {
  it('are changed, added and removed under names with dots', async () => {
    await importSettings(page, {
      ...SMALL_SETTINGS,
      architecture: SMALL_RESNET,
      pruning: { strategy: { layerFractions: { 'residual1.conv1': 0.1 } } },
    });
    await field('residual1.conv1').fill('0.3');
    await page.getByRole('combobox', { name: /name of a layer/ }).fill('residual2.conv2');
    await page.keyboard.press('Enter');
    await field('residual2.conv2').fill('0.25');
    await noProblem();
    await button('Remove residual1.conv1').click();
    await field('residual1.conv1').waitFor({ state: 'detached' });
    await expect.poll(() => field('residual2.conv2').inputValue(), POLL).toBe('0.25');
    await noProblem();
  });
});

describe('swept settings of an import', () => {
  it('are listed and can be dropped, also those that no field shows', async () => {
    await importSettings(page, {
      ...SMALL_SETTINGS,
      sweep: { 'training.batchsize': [30, 60], branches: [[], ['random-reinit']] },
    });
    await summary()
      .getByText(/problems? to fix/)
      .waitFor();
    await button('Drop the sweep of training.batchsize').click();
    await noProblem();
    await button('Launch sweep of 2 searches').waitFor();
    await button('Drop the sweep of branches').first().click();
    await button('Launch search').waitFor();
  });
});

describe('a text that can’t be read', () => {
  it('is still there when its field was hidden for a while', async () => {
    await importSettings(page, SMALL_SETTINGS);
    await field('Batch size').fill('abc');
    await page.getByRole('searchbox', { name: 'Find a setting' }).fill('seed');
    await field('Batch size').waitFor({ state: 'detached' });
    await page.getByRole('searchbox', { name: 'Find a setting' }).fill('');
    await expect.poll(() => field('Batch size').inputValue(), POLL).toBe('abc');
    await field('Batch size').fill('30');
    await noProblem();
  });
});

/** Opens the form, and follows its outline to a section that has not come yet. */
const HURRY_TO_VERDICT = `new Promise((resolve) => {
  new MutationObserver((_, observer) => {
    const links = [...document.querySelectorAll('nav[aria-label="Sections of the form"] button')];
    const link = links.find((each) => each.textContent.includes('Verdict'));
    if (!link) return;
    observer.disconnect();
    const isThere = document.getElementById('group-verdict') !== null;
    link.click();
    resolve(isThere);
  }).observe(document.body, { subtree: true, childList: true });
  location.hash = '#/new';
})`;

describe('the sections of the form, of which the last ones come a moment later', () => {
  it('are led to by the outline from the first moment', async () => {
    await goTo(page, 'Settings');
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    expect(await page.evaluate(HURRY_TO_VERDICT)).toBe(false);
    await expect.poll(() => page.evaluate('document.activeElement.id'), POLL).toBe('group-verdict');
  });

  it('all come by themselves, in the order of the outline', async () => {
    await goTo(page, 'Settings');
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    await goTo(page, 'New search');
    await page.getByRole('heading', { level: 2, name: 'Verdict' }).waitFor();
    // A mark of what was changed follows the name.
    const marked = await outline().getByRole('button').allInnerTexts();
    const named = marked.map((text) => text.trim().split(/\s/)[0]);
    expect(await page.locator('.form h2').allInnerTexts()).toEqual(named);
  });
});

describe('what one looks for', () => {
  it('begins right below the outline, also where only later sections have it', async () => {
    const find = page.getByRole('searchbox', { name: 'Find a setting' });
    const gap = async (heading: string): Promise<number> => {
      const card = page.locator('.form .card', { has: page.locator('h2', { hasText: heading }) });
      const [above, below] = [await outline().boundingBox(), await card.boundingBox()];
      return Math.round(below!.y - above!.y - above!.height);
    };
    await page.evaluate(`document.querySelector('.form').scrollTo(0, 0)`);
    const usual = await gap('Data');
    await find.fill('confidence');
    await page.getByRole('heading', { level: 2, name: 'Data' }).waitFor({ state: 'detached' });
    expect(await gap('Verdict')).toBe(usual);
    await find.fill('');
  });
});

describe('on a large screen', () => {
  /** Where cards begin, in pixels from the left, by their headings. */
  const places = async (): Promise<Record<string, number>> => {
    const cards = await page.locator('.form .card').all();
    const found = cards.map(async (card) => {
      const heading = await card.locator('h2').innerText();
      return [heading, Math.round((await card.boundingBox())!.x)] as const;
    });
    return Object.fromEntries(await Promise.all(found));
  };

  it('a card stays in its column whatever one looks for, and follows the outline down it', async () => {
    await page.setViewportSize({ width: 2560, height: 1440 });
    await page.getByRole('heading', { level: 2, name: 'Verdict' }).waitFor();
    const whole = await places();
    expect(new Set(Object.values(whole)).size).toBe(2);
    expect(whole['Training']).toBe(whole['Data']);
    expect(whole['Verdict']).toBeGreaterThan(whole['Data']!);
    await page.getByRole('searchbox', { name: 'Find a setting' }).fill('confidence');
    await page.getByRole('heading', { level: 2, name: 'Data' }).waitFor({ state: 'detached' });
    expect(await places()).toEqual({ Verdict: whole['Verdict'] });
    await page.getByRole('searchbox', { name: 'Find a setting' }).fill('');
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});

it('says nothing in the console', () => {
  expect(complaints).toEqual([]);
});
