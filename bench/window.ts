/**
 * Measures how fast the window is in a real headless Chromium: from `npm start` to a usable page, a
 * history of 10,000 searches, a mask of four million weights, learning curves of ten million evaluations,
 * changes from view to view, and frames per second while two trainings run.
 *
 *     npm run bench:window [-- start] [-- history] [-- ticket] [-- curves] [-- views] [-- live]
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { Browser } from 'playwright-core';
import { databaseFile } from '../src/main/workbench/data-directory.ts';
import { launchBrowser } from '../test/e2e/support.ts';
import { storeLargeSearch } from '../test/support/large-search.ts';
import { fillHistory, SEARCHES, SEARCHES_IN_SWEEP } from './history-data.ts';
import { benchCurves } from './window-curves.ts';
import { enter, print, say, startWindow, stop, timedBy, usable, VIEWPORT } from './window-page.ts';

const STARTS = 5;
const LINES = SEARCHES / 2 + SEARCHES / 2 / SEARCHES_IN_SWEEP;
const LIVE_SECONDS = 20;
const FRAME_MILLISECONDS = 1000 / 60;
const GRID = "document.querySelector('[role=treegrid]')";
const OPEN_HISTORY = `document.querySelector('a[href="#/history"]').click()`;

const PARTS: Readonly<Record<string, (browser: Browser, scratch: string) => Promise<void>>> = {
  start: benchStart,
  history: benchHistory,
  ticket: benchTicket,
  curves: benchCurves,
  views: benchViews,
  live: benchLive,
};

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((part) => !(part in PARTS));
  if (unknown !== undefined) {
    throw new Error(`there is no part "${unknown}"; there are: ${Object.keys(PARTS).join(', ')}`);
  }
  const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-bench-'));
  const browser = await launchBrowser();
  try {
    for (const [name, run] of Object.entries(PARTS)) {
      if (wanted.length === 0 || wanted.includes(name)) await run(browser, scratch);
    }
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The first start loads everything; at later ones the browser has the files in its cache. */
async function benchStart(browser: Browser, scratch: string): Promise<void> {
  // Builds and compilations that happen once after an installation do not count.
  await stop(await startWindow(path.join(scratch, 'warm-up')));
  for (const kind of ['new data, new browser', 'as left'] as const) {
    const toAddress: number[] = [];
    const toUse: number[] = [];
    const total: number[] = [];
    let context = await browser.newContext({ viewport: VIEWPORT });
    for (let run = 0; run < STARTS; run += 1) {
      const data = path.join(scratch, kind === 'as left' ? 'left' : `start-${run}`);
      if (kind !== 'as left') {
        await context.close();
        context = await browser.newContext({ viewport: VIEWPORT });
      }
      const startedAt = performance.now();
      const server = await startWindow(data);
      const addressAt = performance.now();
      const page = await context.newPage();
      await page.goto(server.address);
      await usable(page);
      const usableAt = performance.now();
      toAddress.push(addressAt - startedAt);
      toUse.push(usableAt - addressAt);
      total.push(usableAt - startedAt);
      await page.close();
      await stop(server);
    }
    await context.close();
    print(`npm start, ${kind}: to the address`, toAddress);
    print(`npm start, ${kind}: from the address to a usable window`, toUse);
    print(`npm start, ${kind}: in total (target: under 2000 ms)`, total);
  }
}

async function benchHistory(browser: Browser, scratch: string): Promise<void> {
  const data = path.join(scratch, 'history');
  // In memory if possible, because each of the many transactions would wait for the disk.
  const draft = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : scratch, 'ticket-'));
  await fillHistory(draft);
  cpSync(draft, data, { recursive: true });
  rmSync(draft, { recursive: true });
  const server = await startWindow(data);
  const first: number[] = [];
  const again: number[] = [];
  const middle: number[] = [];
  const expanded: number[] = [];
  const found: number[] = [];
  for (let run = 0; run < STARTS; run += 1) {
    // Every run uses a page that has not shown the history yet.
    const context = run === 0 ? await enter(browser, server) : undefined;
    const page = await (context ?? browser.contexts()[0]!).newPage();
    await page.goto(`${new URL(server.address).origin}/#/new`);
    await page.reload();
    await page.getByRole('heading', { name: 'Weights by layer' }).waitFor();
    first.push(await timedBy(page, OPEN_HISTORY, "row('Search')"));
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'Weights by layer' }).waitFor();
    again.push(await timedBy(page, OPEN_HISTORY, "row('Search')"));
    // Lets reloads in the background finish before the next measurement.
    await page.waitForTimeout(500);
    expanded.push(
      await timedBy(
        page,
        "document.querySelector('[aria-label^=Expand]').click()",
        `${GRID}.querySelector('[aria-level="2"]')`,
      ),
    );
    await page.getByRole('button', { name: /^Collapse/ }).click();
    await page.waitForTimeout(500);
    middle.push(
      await timedBy(
        page,
        `${GRID}.scrollTop = ${LINES / 2} * row().offsetHeight`,
        `${GRID}.querySelector('[data-index="${LINES / 2}"]')?.textContent.trim()`,
      ),
    );
    await page.evaluate(`${GRID}.scrollTop = 0`);
    const box = page.getByRole('searchbox', { name: 'Find searches' });
    await box.fill('');
    found.push(
      await timedBy(
        page,
        `(() => { const box = document.getElementById('history-find'); box.value = '77'; box.dispatchEvent(new Event('input', { bubbles: true })); })()`,
        "[...document.querySelectorAll('[role=status]')].some((status) => status.textContent.includes(' match'))",
      ),
    );
    await box.fill('');
    await page.getByRole('status').getByText('10,000 searches').waitFor();
    // The cleared filter is saved a moment later.
    await page.waitForTimeout(1000);
    await page.close();
  }
  print('history of 10,000, opened for the first time (target: under 200 ms)', first);
  print('history of 10,000, opened again', again);
  print('history of 10,000, a sweep of ten expanded', expanded);
  print('history of 10,000, scrolled to its middle', middle);
  print('history of 10,000, found by text (includes 120 ms of waiting for the next letter)', found);
  await browser.contexts()[0]?.close();
  await stop(server);
}

/** From the search's first tab to the drawn mask, its first tab, and another level. */
async function benchTicket(browser: Browser, scratch: string): Promise<void> {
  const data = path.join(scratch, 'ticket');
  const id = storeLargeSearch(databaseFile(data));
  const server = await startWindow(data);
  const context = await enter(browser, server);
  const isShown = "document.body.textContent.includes('Rows 1 to 2000')";
  const tab = (name: string) =>
    `[...document.querySelectorAll('[role=tab]')].find((tab) => tab.textContent.includes('${name}')).click()`;
  const slideTo = (index: number) =>
    `(() => {
      const slider = document.querySelector('input[type=range]');
      slider.value = '${index}';
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    })()`;
  const first: number[] = [];
  const again: number[] = [];
  const level: number[] = [];
  for (let run = 0; run < STARTS; run += 1) {
    const page = await context.newPage();
    await page.goto(`${new URL(server.address).origin}/#/search/${id}/levels`);
    await page.getByRole('tab', { name: 'Levels', selected: true }).waitFor();
    await page.waitForTimeout(500);
    first.push(await timedBy(page, tab('Ticket'), isShown));
    await page.waitForTimeout(1000);
    await page.getByRole('tab', { name: 'Levels' }).click();
    again.push(await timedBy(page, tab('Ticket'), isShown));
    await page.waitForTimeout(1000);
    level.push(
      await timedBy(
        page,
        slideTo(0),
        "document.body.textContent.includes('4,000,000 of 4,000,000 weights kept')",
      ),
    );
    // The choice is kept.
    await page.evaluate(slideTo(1));
    await page.waitForTimeout(2000);
    await page.close();
  }
  print('a mask of four million weights, opened for the first time (target: under 300 ms)', first);
  print('a mask of four million weights, opened again', again);
  print('a mask of four million weights, another level', level);
  await context.close();
  await stop(server);
}

/** The titles of views of the side bar, by the beginning of their addresses. */
const VIEWS = {
  new: 'New search',
  live: 'Live',
  history: 'History',
  compare: 'Compare',
  reproduce: 'Reproduce',
  settings: 'Settings',
  glossary: 'Glossary',
};

/** From view to view by the side bar, with the history of one search. */
async function benchViews(browser: Browser, scratch: string): Promise<void> {
  const data = path.join(scratch, 'views');
  storeLargeSearch(databaseFile(data));
  const server = await startWindow(data);
  const context = await enter(browser, server);
  for (const when of ['the first time', 'again']) {
    for (const [view, title] of Object.entries(VIEWS)) {
      const times: number[] = [];
      for (let run = 0; run < STARTS; run += 1) {
        const page = await context.newPage();
        await page.goto(`${new URL(server.address).origin}/#/start`);
        await usable(page);
        const open = `document.querySelector('nav a[href^="#/${view}"]').click()`;
        const isShown = `document.title.startsWith('${title}') && document.querySelector('main h1') && !document.querySelector('main .loading')`;
        if (when === 'again') {
          await timedBy(page, open, isShown);
          await page.evaluate("location.hash = '#/start'");
          await usable(page);
        }
        await page.waitForTimeout(500);
        times.push(await timedBy(page, open, isShown));
        await page.close();
      }
      print(`to the view "${view}", ${when} (target: under 200 ms)`, times);
    }
  }
  await context.close();
  await stop(server);
}

async function benchLive(browser: Browser, scratch: string): Promise<void> {
  const server = await startWindow(path.join(scratch, 'live'));
  const context = await enter(browser, server);
  const page = await context.newPage();
  await page.goto(new URL(server.address).origin);
  await usable(page);
  await page.getByRole('button', { name: 'Start the quick search' }).click();
  await page
    .getByRole('progressbar', { name: /worker/ })
    .nth(1)
    .waitFor();
  await page.getByRole('img', { name: /by iteration/ }).waitFor();
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable');
  const busySeconds = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  };
  const before = await busySeconds();
  const { frames, longTasks } = await page.evaluate<{ frames: number[]; longTasks: number[] }>(
    `new Promise((resolve) => {
      const frames = [];
      const longTasks = [];
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longTasks.push(duration);
      }).observe({ type: 'longtask' });
      const startedAt = performance.now();
      let last = startedAt;
      const frame = (now) => {
        frames.push(now - last);
        last = now;
        if (now - startedAt < ${LIVE_SECONDS * 1000}) requestAnimationFrame(frame);
        else resolve({ frames: frames.slice(1), longTasks });
      };
      requestAnimationFrame(frame);
    })`,
  );
  const busy = ((await busySeconds()) - before) / LIVE_SECONDS;
  const late = frames.filter((milliseconds) => milliseconds > 1.5 * FRAME_MILLISECONDS).length;
  const seconds = frames.reduce((sum, milliseconds) => sum + milliseconds, 0) / 1000;
  say('live view, two trainings beside it', [
    `${(frames.length / seconds).toFixed(1)} frames per second (target: 60)`,
    `${((100 * late) / frames.length).toFixed(1)} % of the frames late`,
    `the page's thread is busy ${(100 * busy).toFixed(1)} % of the time`,
    longTasks.length === 0
      ? 'no task above 50 ms'
      : `${longTasks.length} tasks above 50 ms, the longest ${Math.max(...longTasks).toFixed(0)} ms`,
  ]);
  await context.close();
  await stop(server);
}

await main();
