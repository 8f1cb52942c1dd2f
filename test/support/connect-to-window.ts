/** Connects Playwright to an Electron window that was started with `--remote-debugging-port`. */
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { PATIENCE_MILLISECONDS, POLL } from './patience.ts';

const ATTEMPTS = 3;

/**
 * Waits until the window shows a page whose address matches, and connects then. Playwright waits in vain
 * for a page that begins or ends while it connects, so a connection that takes too long is tried again.
 *
 * @param devTools the address that Electron prints: `ws://127.0.0.1:PORT/devtools/browser/ID`.
 */
export async function connectToWindow(devTools: string, address: RegExp): Promise<Page> {
  const list = `http://${new URL(devTools).host}/json/list`;
  const shown = async (): Promise<number> => {
    const targets = (await (await fetch(list)).json()) as { type: string; url: string }[];
    return targets.filter(({ type, url }) => type === 'page' && address.test(url)).length;
  };
  await expect.poll(shown, POLL).toBe(1);
  const browser = await connect(devTools);
  const pages = browser.contexts().flatMap((context) => context.pages());
  const page = pages.find((each) => address.test(each.url()));
  if (!page) throw new Error(`no page at ${String(address)} among those of ${list}`);
  page.setDefaultTimeout(PATIENCE_MILLISECONDS);
  return page;
}

async function connect(devTools: string, attempt = 1): Promise<Browser> {
  try {
    // Electron has one context, whose settings can't be changed.
    return await chromium.connectOverCDP(devTools, {
      noDefaults: true,
      timeout: PATIENCE_MILLISECONDS / ATTEMPTS,
    });
  } catch (error) {
    if (attempt === ATTEMPTS) throw error;
    return connect(devTools, attempt + 1);
  }
}
