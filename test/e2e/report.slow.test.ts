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
let file: string;

beforeAll(async () => {
  browser = await launchBrowser();
  const { client, search: id, store } = openExportable();
  store.history.setNote(id, 'See [the paper](https://arxiv.org/abs/1803.03635). <img src=x>');
  const report = await client.call('search.export', { id, what: 'report', format: 'html' });
  file = path.join(temporaryFolder(), report.name);
  writeFileSync(file, report.bytes);
});

afterAll(async () => {
  await browser.close();
});

describe.each(['light', 'dark'] as const)('a report in the %s theme', (colorScheme) => {
  it('is whole without a network, and axe finds nothing', async () => {
    const context = await browser.newContext({
      offline: true,
      colorScheme,
      viewport: { width: 1000, height: 1300 },
    });
    const page = await context.newPage();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    const complaints = complaintsOf(page);
    const address = pathToFileURL(file).href;
    await page.goto(address);
    await page.getByRole('heading', { level: 1, name: 'A sample' }).waitFor();
    const charts = page.getByRole('img', { name: /^Test accuracy|^Early-stop|^Time per/ });
    expect(await charts.filter({ visible: true }).count()).toBe(3);
    expect(await page.getByRole('table').count()).toBeGreaterThan(1);
    expect(await page.getByRole('link', { name: 'the paper' }).count()).toBe(1);
    expect(await accessibilityFaults(page)).toEqual([]);
    const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(background).toBe(colorScheme === 'dark' ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)');
    // Nothing is wider than the page: tables scroll by themselves.
    const isWider = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
    expect(await page.evaluate(isWider)).toBe(false);
    expect(requests).toEqual([address]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

it('is printed on white, whatever theme its reader has', async () => {
  const context = await browser.newContext({ offline: true, colorScheme: 'dark' });
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
  expect(background).toBe('rgb(255, 255, 255)');
  const pdf = await page.pdf({ format: 'A4' });
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  await context.close();
});
