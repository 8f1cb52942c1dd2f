/** What a user does in the window, in a browser or in Electron. */
import type { Page } from 'playwright-core';

export async function goTo(page: Page, view: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click();
}

/** In the view of a new search. */
export async function importSettings(page: Page, settings: object): Promise<void> {
  await page.getByRole('button', { name: 'Import settings' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import settings' });
  await dialog.getByLabel('Or paste it').fill(JSON.stringify(settings));
  await dialog.getByRole('button', { name: 'Import' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** In the view of a new search. Ends when the search has a page. */
export async function launch(page: Page, name: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await page.getByRole('button', { name: 'Launch search' }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/** In the page of a search. */
export async function waitUntilFinished(page: Page, timeout: number): Promise<void> {
  await page.locator('main').getByText('finished after').waitFor({ timeout });
}
