/** A report as its reader has it: a file in a real browser, with no network. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExportable } from '../main/workbench/conformance/conform-exporters.ts';
import { temporaryFolder } from '../main/store/samples.ts';
import { accessibilityFaults, complaintsOf, launchBrowser } from './support.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser.close();
});

/** The address of a written report. */
async function writtenReport(): Promise<string> {
  const { client, search: id, store } = openExportable();
  store.history.setNote(id, 'See [the paper](https://arxiv.org/abs/1803.03635). <img src=x>');
  const report = await client.call('search.export', { id, what: 'report', format: 'html' });
  const file = path.join(temporaryFolder(), report.name);
  writeFileSync(file, report.bytes);
  return pathToFileURL(file).href;
}

const BACKGROUND = 'getComputedStyle(document.body).backgroundColor';

describe.each(['light', 'dark'] as const)('a report in the %s theme', (colorScheme) => {
  it('is whole without a network, and axe finds nothing', async () => {
    const address = await writtenReport();
    const context = await browser.newContext({
      offline: true,
      colorScheme,
      viewport: { width: 1000, height: 1300 },
    });
    const page = await context.newPage();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    const complaints = complaintsOf(page);
    await page.goto(address);
    await page.getByRole('heading', { level: 1, name: 'A sample' }).waitFor();
    // Those of the other theme are hidden.
    const charts = page.getByRole('img', { name: /^Test accuracy|^Early-stop|^Time per/ });
    expect(await charts.count()).toBe(3);
    expect(await page.getByRole('table').count()).toBeGreaterThan(1);
    expect(await page.getByRole('link', { name: 'the paper' }).count()).toBe(1);
    expect(await page.evaluate(BACKGROUND)).toBe(
      colorScheme === 'dark' ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)',
    );
    // Nothing is wider than the page: tables scroll by themselves.
    const isWider = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
    expect(await page.evaluate(isWider)).toBe(false);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(requests).toEqual([address]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

it('a report is printed on white, whatever theme its reader has', async () => {
  const address = await writtenReport();
  const context = await browser.newContext({ offline: true, colorScheme: 'dark' });
  const page = await context.newPage();
  await page.goto(address);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  expect(await page.evaluate(BACKGROUND)).toBe('rgb(255, 255, 255)');
  const pdf = await page.pdf({ format: 'A4' });
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  await context.close();
});
