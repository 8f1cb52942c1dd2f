/** What was changed just before the window is left, in a real browser. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { POLL } from '../support/patience.ts';
import { openOn, scratchFolder } from './support.ts';

const scratch = scratchFolder();
let page: Page;
let complaints: string[];

beforeAll(async () => {
  ({ page, complaints } = await openOn(scratch, { width: 1440, height: 900 }));
});

afterAll(scratch.close);

const theme = (on: Page) =>
  on
    .getByRole('navigation', { name: 'Views' })
    .getByRole('button', { name: / theme$/ })
    .innerText();

/** The button of the theme is pressed, and the page left in the same moment. */
const changeAnd = (leave: string): string => `(() => {
  [...document.querySelectorAll('nav button')].find(({ innerText }) => / theme$/.test(innerText)).click();
  ${leave}
})()`;

/** What was lost stays lost, however often it is read. */
async function expectTheme(on: Page, expected: string): Promise<void> {
  await expect
    .poll(async () => {
      await on.reload();
      return theme(on);
    }, POLL)
    .toBe(expected);
}

it('is kept when the page is reloaded in the same moment', async () => {
  expect(await theme(page)).toBe('System theme');
  await Promise.all([
    page.waitForEvent('load'),
    page.evaluate(changeAnd('location.reload();')).catch(() => undefined),
  ]);
  await expectTheme(page, 'Light theme');
});

it('is kept when the page is closed in the same moment', async () => {
  const other = await page.context().newPage();
  await other.goto(page.url());
  await expect.poll(() => theme(other), POLL).toBe('Light theme');
  await other.evaluate(changeAnd(''));
  await other.close({ runBeforeUnload: true });
  await expectTheme(page, 'Dark theme');
});

it('says nothing in the console', () => {
  expect(complaints).toEqual([]);
});
