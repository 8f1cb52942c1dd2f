/** What the measurements of the window share: a window in a browser, times of what is done there, and their print. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { measured } from '../src/main/workbench/bench/statistics.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
export const MOST_MILLISECONDS = 300_000;
export const VIEWPORT = { width: 1440, height: 900 };

/** Waits until the quick search can be started: the page is drawn and the workbench has answered. */
export async function usable(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start the quick search', disabled: false }).waitFor();
}

/**
 * Milliseconds from an action until its result has been painted.
 *
 * @param condition JavaScript that is truthy for the result; `row(text)` finds a row of the table.
 */
export async function timedBy(page: Page, action: string, condition: string): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const row = (text = '') => [...document.querySelectorAll('[role=row][data-index]')]
      .find(({ textContent }) => textContent.includes(text));
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    const startedAt = performance.now();
    ${action};
    while (!(${condition})) {
      await frame();
      if (performance.now() - startedAt > ${MOST_MILLISECONDS}) throw new Error('it never came');
    }
    await frame();
    return performance.now() - startedAt;
  })()`);
}

interface RunningWindow {
  readonly child: ChildProcess;
  readonly address: string;
}

/** Starts the window for a browser that is already open. */
export async function startWindow(data: string): Promise<RunningWindow> {
  const environment = { ...process.env };
  delete environment['DISPLAY'];
  delete environment['WAYLAND_DISPLAY'];
  const child = spawn('npm', ['start', '--', '--browser', '--data-dir', data], {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own process group, to be killed as a whole: npm does not forward every signal.
    detached: true,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const address = /http:\S+/.exec(text)?.[0];
      if (address !== undefined) resolve({ child, address });
    });
    child.once('exit', () => {
      reject(new Error(`the window did not start: ${said}`));
    });
  });
}

export async function stop({ child }: RunningWindow): Promise<void> {
  const ended = once(child, 'exit');
  process.kill(-child.pid!, 'SIGTERM');
  await ended;
}

export async function enter(browser: Browser, { address }: RunningWindow): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  await page.goto(address);
  await usable(page);
  await page.close();
  return context;
}

export function print(what: string, milliseconds: readonly number[]): void {
  const { median, min, max } = measured(milliseconds);
  say(what, [`${median.toFixed(0)} ms [${min.toFixed(0)}, ${max.toFixed(0)}]`]);
}

export function say(what: string, facts: readonly string[]): void {
  process.stdout.write(`${what}: ${facts.join('; ')}\n`);
}
