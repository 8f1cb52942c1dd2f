/** The window as a user has it: `ticket serve` in a process of its own, seen through a real Chromium. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import Chromium from '@sparticuz/chromium';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { withLock } from '../../provision/lock.mjs';
import { buildWindow } from '../../provision/window-build.mjs';
import { startTicket } from '../support/command-line.ts';
import { PATIENCE_MILLISECONDS, POLL } from '../support/patience.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SCREENSHOTS = path.join(ROOT, 'docs/screenshots');

export interface Scratch {
  readonly folder: string;
  /** Each ends something that was started over the folder, such as a server or a browser; in that order. */
  readonly ends: (() => unknown)[];
  /** Ends all of it, the last one first. */
  readonly end: () => Promise<void>;
  /** Ends all of it, and removes the folder. */
  readonly close: () => Promise<void>;
}

export function scratchFolder(): Scratch {
  const folder = mkdtempSync(path.join(tmpdir(), 'ticket-e2e-'));
  const ends: (() => unknown)[] = [];
  const end = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const each of ends.splice(0).reverse()) {
      try {
        await each();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `not all of ${folder} has ended`);
  };
  const close = async (): Promise<void> => {
    try {
      await end();
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  };
  return { folder, ends, end, close };
}

export interface Server {
  readonly child: ChildProcess;
  /** Opens one browser. */
  readonly address: string;
  /** Without warning, as a crash or a power cut. */
  kill(): Promise<void>;
}

/** The end of the scratch folder kills it. */
export async function serve(
  scratch: Scratch,
  dataDirectory: string,
  window: string,
  environment: Readonly<Record<string, string>>,
): Promise<Server> {
  const { child, ended } = startTicket(
    ['serve', '--data-dir', dataDirectory, '--window', window],
    environment,
  );
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  scratch.ends.push(kill);
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (text: string) => {
      resolve(text.trim());
    });
    void ended.then(({ stderr }) => {
      reject(new Error(`the command ended first: ${stderr}`));
    });
  });
  return { child, address, kill };
}

/** An installed Chromium where one is named, else the one in its package. */
export async function launchBrowser(): Promise<Browser> {
  const named = process.env['TICKET_CHROMIUM'];
  const executablePath =
    named !== undefined && existsSync(named) ? named : await unpackedChromium();
  return chromium.launch({
    executablePath,
    headless: true,
    // Without its sandbox, as tests run as root in containers; it opens nothing but this server.
    args: ['--no-sandbox', '--disable-gpu'],
  });
}

/** The first one unpacks it. Meanwhile its file is there, and is not whole. */
function unpackedChromium(): Promise<string> {
  return withLock(path.join(tmpdir(), 'ticket-chromium.lock'), () => Chromium.executablePath());
}

/** What a page complained about; a page that works says nothing. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  return complaints;
}

/** Ends 150 ms after the last change of the page; of a page that keeps changing, after a second. */
const SETTLED = `new Promise((resolve) => {
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(resolve, 150);
  };
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver(wait).observe(document.body, all);
  setTimeout(resolve, 1000);
  wait();
})`;

/**
 * Opens the window in a browser of its own, at the first view, in the light theme. The end of the scratch folder
 * closes it.
 */
export async function openWindow(
  scratch: Scratch,
  { address }: Server,
  viewport: { readonly width: number; readonly height: number },
  timeoutMilliseconds = PATIENCE_MILLISECONDS,
  settings: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly complaints: string[] }> {
  const browser = await launchBrowser();
  scratch.ends.push(() => browser.close());
  const context = await browser.newContext({ viewport, colorScheme: 'light', ...settings });
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  page.setDefaultTimeout(timeoutMilliseconds);
  await page.goto(address);
  await page.getByRole('navigation', { name: 'Views' }).waitFor();
  return { page, complaints };
}

interface OpenSettings extends BrowserContextOptions {
  readonly timeoutMilliseconds?: number;
  /** Variables of the server, beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Serves the searches of a scratch folder and opens the window. The end of the folder ends both. */
export async function openOn(
  scratch: Scratch,
  viewport: { readonly width: number; readonly height: number },
  { timeoutMilliseconds, environment = {}, ...settings }: OpenSettings = {},
): Promise<{ readonly page: Page; readonly complaints: string[] }> {
  const data = `${scratch.folder}/searches`;
  const server = await serve(scratch, data, await buildWindow(), environment);
  return openWindow(scratch, server, viewport, timeoutMilliseconds, settings);
}

/** What is cut off or reaches beyond the view, except for what scrolls by itself: one line an element. */
export const EXCESS_WIDTHS = `(() => {
  const main = document.querySelector('main');
  const right = main.getBoundingClientRect().right;
  const scrolls = (element) => {
    for (let parent = element.parentElement; parent && parent !== main; parent = parent.parentElement) {
      if (getComputedStyle(parent).overflowX !== 'visible') return true;
    }
    return false;
  };
  const found = [...main.querySelectorAll('*')].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && box.right > right + 1 && !scrolls(element);
  });
  const excess = main.scrollWidth - main.clientWidth;
  return [
    ...(excess > 0 ? ['the view is ' + excess + ' pixels too narrow'] : []),
    ...found.map((element) => element.tagName + '.' + element.className + ': ' + element.textContent.trim().slice(0, 60)),
  ];
})()`;

/** What axe finds, one line a rule. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // What arrives while axe measures has moved when it is measured.
  await page.evaluate(SETTLED);
  // A colour that is fading has another contrast than the one it fades to.
  await page.evaluate(`for (const animation of document.getAnimations()) {
    if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
  }`);
  if (await page.evaluate(`typeof axe === 'undefined'`)) await page.evaluate(axe.source);
  // What passes is not described: that takes long, and nobody reads it.
  return page.evaluate(`axe
    .run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
      resultTypes: ['violations'],
    })
    .then(({ violations }) => violations.map(
      ({ id, help, nodes }) => id + ': ' + help + ' ' + nodes.map(({ html, failureSummary }) => html + ' (' + failureSummary + ')').slice(0, 3).join(' '),
    ))`);
}

/** Sets what the system prefers, and waits until the window follows. */
export async function showTheme(page: Page, colorScheme: 'dark' | 'light'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await expect.poll(() => page.locator('html').getAttribute('data-theme'), POLL).toBe(colorScheme);
  await page.evaluate(COLOURS_CHANGED);
}

/** Colours of some texts change over a moment, which begins with the next picture. */
const COLOURS_CHANGED = `(async () => {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  const changes = document.getAnimations().filter((each) => each instanceof CSSTransition);
  await Promise.allSettled(changes.map(({ finished }) => finished));
})()`;

/** Takes every message away. A message may go by itself before it is clicked. */
export async function dismissMessages(page: Page): Promise<void> {
  const dismiss = page.getByRole('button', { name: 'Dismiss message' });
  while ((await dismiss.count()) > 0) {
    await dismiss
      .first()
      .click({ timeout: 1000 })
      .catch(() => undefined);
  }
}

/**
 * Waits until a second page at the same address reads what is expected. Preferences are saved a moment
 * after a change.
 */
export async function expectOnOtherPage(
  page: Page,
  read: (other: Page) => Promise<unknown>,
  expected: unknown,
): Promise<void> {
  const other = await page.context().newPage();
  other.setDefaultTimeout(PATIENCE_MILLISECONDS);
  await other.goto(page.url());
  await expect
    .poll(async () => {
      await other.reload();
      return read(other);
    }, POLL)
    .toEqual(expected);
  await other.close();
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) });
}

/** Pictures to be looked at are kept here if it is set. */
const PICTURES = process.env['TICKET_PICTURES'];
const PICTURE_HEIGHT = 1500;

/** The whole page, in pieces from top to bottom, where somebody wants to look at it. */
export async function keepPictures(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  // The page scrolls within itself.
  const { width, height } = page.viewportSize()!;
  const whole = await page.evaluate<number>('document.querySelector("main").scrollHeight');
  await page.setViewportSize({ width, height: Math.max(height, Math.min(9000, whole + 100)) });
  await page.waitForTimeout(400);
  for (let top = 0; top < whole; top += PICTURE_HEIGHT) {
    const clip = { x: 0, y: top, width, height: Math.min(PICTURE_HEIGHT, whole - top) };
    const file = `${name}-${top / PICTURE_HEIGHT + 1}.png`;
    await page.screenshot({ path: path.join(PICTURES, file), clip });
  }
  await page.setViewportSize({ width, height });
}

/** The whole page in both themes, where somebody wants to look at it. */
export async function keepThemes(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  for (const theme of ['light', 'dark'] as const) {
    await showTheme(page, theme);
    await keepPictures(page, `${name}-${theme}`);
  }
}

/** Part of the digits: evaluations on all of them would take most of a short training. */
export const FEW_DIGITS = { id: 'mnist', validation: 500, testSubset: 1000 };

/** Settings of which a whole search takes seconds. */
export const SMALL_SETTINGS = {
  dataset: FEW_DIGITS,
  training: { iterations: 120, evaluateEvery: 20 },
  pruning: { levels: 2 },
  replicates: { count: 2 },
};

/**
 * Axe finds nothing in either theme, nor in half a window.
 *
 * @param name of the pictures, for whoever wants to look.
 * @param inTheme called for each theme while it is shown.
 */
export async function expectSound(
  page: Page,
  name: string,
  inTheme: (theme: 'light' | 'dark') => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await showTheme(page, theme);
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPictures(page, `${name}-${theme}`);
    await inTheme(theme);
  }
  const { width, height } = page.viewportSize()!;
  await page.setViewportSize({ width: 760, height });
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepPictures(page, `${name}-narrow`);
  await page.setViewportSize({ width, height });
  await showTheme(page, 'light');
}
