/** Measures learning curves of ten million evaluations in the window: the part `curves` of bench/window.ts. */
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { databaseFile } from '../src/main/workbench/data-directory.ts';
import { storeLongCurves } from '../test/support/long-curves.ts';
import { enter, MOST_MILLISECONDS, print, say, startWindow, stop, timedBy } from './window-page.ts';

/** How many each of ten trainings has. */
const EVALUATIONS = 1_000_000;
const ZOOMS = 8;

/** Milliseconds from a click until its picture is painted. */
interface Zoom {
  /** From the points that the page has. */
  readonly first: number;
  /** From all points of the part that is seen. */
  readonly whole: number;
}

const ZOOM_IN = `(async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const until = async (condition, what) => {
    const since = performance.now();
    while (!condition()) {
      if (performance.now() - since > ${MOST_MILLISECONDS}) throw new Error(what + ' never came');
      await frame();
    }
  };
  const card = document.querySelector('section[aria-labelledby=curves-title]');
  await frame();
  // So that the next answer is that of this zoom.
  await until(() => card.ariaBusy === 'false', 'the answer to what was seen before');
  const before = answers;
  const startedAt = performance.now();
  card.querySelector('[aria-label="Zoom in"]').click();
  await frame();
  await frame();
  const first = performance.now() - startedAt;
  await until(() => answers > before, 'the answer to a zoom');
  await frame();
  return { first, whole: performance.now() - startedAt };
})()`;

/** From the click until what was asked for is there and drawn. */
export async function benchCurves(browser: Browser, scratch: string): Promise<void> {
  const data = path.join(scratch, 'curves');
  const id = storeLongCurves(databaseFile(data), {
    name: 'Long',
    levels: 1,
    replicates: 5,
    evaluations: EVALUATIONS,
  });
  const server = await startWindow(data);
  const context = await enter(browser, server);
  const page = await context.newPage();
  await page.goto(`${new URL(server.address).origin}/#/search/${id}/levels`);
  await page.getByRole('tab', { name: 'Levels', selected: true }).waitFor();
  // The trainings are checked before anything is shown of them.
  const loading = page.locator('main .loading').first();
  await loading.waitFor({ state: 'detached', timeout: MOST_MILLISECONDS });
  await page.evaluate(`(() => {
    // How often a card of curves has got what it asked for, and how long the page's thread was held up.
    globalThis.answers = 0;
    globalThis.longTasks = [];
    new MutationObserver((changes) => {
      for (const { target } of changes) answers += target.ariaBusy === 'false' ? 1 : 0;
    }).observe(document.body, { subtree: true, attributeFilter: ['aria-busy'] });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasks.push(duration);
    }).observe({ type: 'longtask' });
  })()`);
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  /** Milliseconds that the page's thread has computed for, without those in which others had the processor. */
  const computed = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  };
  const card = "document.querySelector('section[aria-labelledby=curves-title]')";
  const answered = (action: string) =>
    timedBy(page, `const before = answers; ${action}`, `answers > before && ${card} !== null`);
  const opened = await answered(
    "[...document.querySelectorAll('[role=tab]')].find((tab) => tab.textContent.includes('Learning')).click()",
  );
  print('10 million evaluations, read for the first time', [opened]);
  const choose = (replicates: string) => `(() => {
    const select = ${card}.querySelector('select');
    select.value = '${replicates}';
    select.dispatchEvent(new Event('change', { bubbles: true }));
  })()`;
  for (const [replicates, what] of [
    ['mean', '2 means of 5 trainings'],
    ['0', '2 of 10 trainings'],
    ['all', 'each of 10 trainings'],
  ] as const) {
    if (replicates !== 'mean') await page.evaluate(choose(replicates));
    await page.waitForTimeout(5000);
    await page.evaluate('longTasks.length = 0');
    const before = await computed();
    const first: number[] = [];
    const whole: number[] = [];
    for (let zoom = 0; zoom < ZOOMS; zoom += 1) {
      const times = await page.evaluate<Zoom>(ZOOM_IN);
      first.push(times.first);
      whole.push(times.whole);
    }
    print(`10 million evaluations, ${what}: a zoom (target: below 100 ms)`, whole);
    print(`10 million evaluations, ${what}: its first picture`, first);
    const held = await page.evaluate<number[]>('longTasks');
    say(`10 million evaluations, ${what}: the page's thread`, [
      held.length === 0
        ? 'is never held up for 50 ms'
        : `is held up for at most ${Math.max(...held).toFixed(0)} ms`,
      `computes for ${(((await computed()) - before) / ZOOMS).toFixed(0)} ms a zoom`,
    ]);
    await page.evaluate(
      "[...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Show everything').click()",
    );
    await page.waitForTimeout(2000);
  }
  await context.close();
  await stop(server);
}
