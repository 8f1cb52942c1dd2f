/** What the window tells of the program: its page, its backups, and a run that ended unexpectedly. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessibilityFaults,
  dismissMessages,
  openOn,
  scratchFolder,
  screenshot,
  showTheme,
} from './support.ts';
import { POLL } from '../support/patience.ts';
import { goTo } from '../support/window-steps.ts';

const scratch = scratchFolder();
const data = path.join(scratch.folder, 'searches');

let page: Page;
let complaints: string[];

const CRASH = {
  what: "the workbench's process ended with signal SIGSEGV",
  at: '2026-01-02T12:00:00.000Z',
};

beforeAll(async () => {
  mkdirSync(path.join(data, 'logs'), { recursive: true });
  writeFileSync(
    path.join(data, 'logs', 'crash-20260102T120000000Z-4711.json'),
    JSON.stringify(CRASH),
  );
  ({ page, complaints } = await openOn(
    scratch,
    { width: 1440, height: 900 },
    { locale: 'en-GB', timezoneId: 'UTC' },
  ));
});

afterAll(scratch.close);

/** A picture is the same wherever it is taken. */
async function hideScratchFolder(): Promise<void> {
  await page.evaluate(`for (const shown of document.querySelectorAll('code'))
    shown.textContent = shown.textContent
      .replace(${JSON.stringify(data)}, '/home/me/.local/share/ticket-workbench')
      .replace(/^.*[/].cache[/]/, '/home/me/.cache/')
      .replace(/-[0-9]{8}-[0-9]{6}[.]/, '-20260102-120000.')`);
}

async function pictures(name: string): Promise<void> {
  await hideScratchFolder();
  for (const theme of ['light', 'dark'] as const) {
    await showTheme(page, theme);
    expect(await accessibilityFaults(page)).toEqual([]);
    await screenshot(page, `${name}-${theme}`);
  }
  await showTheme(page, 'light');
}

const notice = () => page.getByRole('heading', { name: 'The last run ended unexpectedly' });

describe('a run that ended unexpectedly', () => {
  it('is told at the next start, with the report’s place', async () => {
    await notice().waitFor();
    await page.getByText('SIGSEGV').waitFor();
    await page.getByText('crash-20260102T120000000Z-4711.json').waitFor();
    await pictures('crash');
  });

  it('is told once', async () => {
    await page.getByRole('button', { name: 'Dismiss', exact: true }).click();
    await notice().waitFor({ state: 'hidden' });
    await page.reload();
    await page.getByRole('navigation', { name: 'Views' }).waitFor();
    await page.getByRole('heading', { level: 1 }).waitFor();
    // What this page shows is asked for after the notice.
    await page.getByRole('link', { name: /^Version \d/ }).click();
    await page.getByText('SQLite', { exact: true }).waitFor();
    expect(await notice().count()).toBe(0);
  });
});

describe('the page about the program', () => {
  it('shows versions and folders, and the notices of everything bundled', async () => {
    await page.getByRole('heading', { level: 1, name: 'About Ticket Workbench' }).waitFor();
    await page.getByText('SQLite', { exact: true }).waitFor();
    await page.getByText(path.join(data, 'logs')).waitFor();
    await page.getByText('Licence notices of everything').click();
    await page.getByText(/better-sqlite3 \d/).waitFor();
    await pictures('about');
  });
});

describe('backups', () => {
  it('are written and checked, and made every day if that is wanted', async () => {
    await goTo(page, 'Settings');
    await page.getByText('There are no backups in it yet.').waitFor();
    await page.getByRole('button', { name: 'Back up', exact: true }).click();
    await page.getByText(/0 searches, .* written and checked/).waitFor();
    await page.getByRole('row', { name: /workbench-/ }).waitFor();
    expect(readdirSync(path.join(data, 'backups'))).toHaveLength(1);
    await page.getByRole('switch', { name: /Make a backup every day/ }).check();
    await dismissMessages(page);
    await pictures('backups');
    await page.reload();
    const nightly = page.getByRole('switch', { name: /Make a backup every day/ });
    await expect.poll(() => nightly.isChecked(), POLL).toBe(true);
  });

  it('are restored after the window has said what they replace', async () => {
    await page.getByRole('button', { name: /Restore workbench-/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Restore this backup?' });
    await dialog.getByText('It replaces everything that is here now: 0 searches').waitFor();
    await pictures('restore');
    await dialog.getByRole('button', { name: 'Restore', exact: true }).click();
    await page.getByText(/0 searches restored. What was there is in/).waitFor();
    expect(existsSync(path.join(data, 'workbench.sqlite'))).toBe(true);
    expect(readdirSync(data).some((name) => name.startsWith('workbench-before-'))).toBe(true);
    // The setting was made after the backup.
    const nightly = page.getByRole('switch', { name: /Make a backup every day/ });
    await expect.poll(() => nightly.isChecked(), POLL).toBe(false);
  });

  it('that can’t be written say why', async () => {
    await page.getByLabel('File to write, on the machine of the workbench').fill('relative.sqlite');
    await page.getByRole('button', { name: 'Back up', exact: true }).click();
    await page.getByText(/relative.sqlite is not a whole path/i).waitFor();
  });
});

it('the page complained of nothing', () => {
  expect(complaints).toEqual([]);
});
