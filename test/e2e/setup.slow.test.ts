/** The window's first run: without TensorFlow, then with TensorFlow from a folder. No network is used. */
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTensorFlow } from '../../provision/installation.mjs';
import { wheelFor } from '../../provision/wheel-route.mjs';
import { buildWindow } from '../../provision/window-build.mjs';
import {
  accessibilityFaults,
  openWindow,
  scratchFolder,
  screenshot,
  serve,
  type Server,
  showTheme,
  SMALL_SETTINGS,
} from './support.ts';
import { PATIENCE_MILLISECONDS } from '../support/patience.ts';
import { goTo, importSettings, launch, waitUntilFinished } from '../support/window-steps.ts';

const scratch = scratchFolder();
let page: Page;
let server: Server;
let window: string;
let index: HttpServer;
let complaints: string[];
/** The `Range` of each request for the wheel. */
const requests: (string | undefined)[] = [];

/** Promises the pinned wheel, sends its first bytes, and falls silent. */
async function startSilentIndex(): Promise<HttpServer> {
  const wheel = wheelFor(`${process.platform}-${process.arch}`);
  if (!wheel) throw new Error('there is no wheel for this system, and so nothing to pause');
  const started = createServer((request, response) => {
    if (request.url !== '/wheel') {
      const files = [{ filename: 'x.whl', url: '/wheel', hashes: { sha256: wheel.sha256 } }];
      response.writeHead(200, { 'content-type': 'application/vnd.pypi.simple.v1+json' });
      response.end(JSON.stringify({ files }));
      return;
    }
    const { range } = request.headers;
    requests.push(range);
    const from = Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': wheel.bytes - from,
      'content-range': `bytes ${from}-${wheel.bytes - 1}/${wheel.bytes}`,
    });
    response.write(new Uint8Array(50e6));
  });
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return started;
}

const startServer = () =>
  serve(scratch, `${scratch.folder}/searches`, window, {
    TICKET_CACHE_DIR: `${scratch.folder}/cache`,
    PIP_INDEX_URL: `http://127.0.0.1:${(index.address() as AddressInfo).port}/simple`,
  });

beforeAll(async () => {
  window = await buildWindow();
  index = await startSilentIndex();
  scratch.ends.push(() => {
    index.closeAllConnections();
    index.close();
  });
  server = await startServer();
  ({ page, complaints } = await openWindow(scratch, server, { width: 1440, height: 900 }));
});

afterAll(scratch.close);

const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });

async function importAndLaunch(name: string, settings: object, way?: string): Promise<void> {
  await goTo(page, 'New');
  await importSettings(page, settings);
  if (way !== undefined) {
    const needed = page.getByRole('heading', { name: 'This search needs TensorFlow' });
    await needed.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await screenshot(page, 'setup-needed');
    await button(way).click();
    await needed.waitFor({ state: 'hidden' });
  }
  await launch(page, name);
  await waitUntilFinished(page, PATIENCE_MILLISECONDS);
}

describe('the first run', () => {
  it('shows what TensorFlow is, and what setting it up takes', async () => {
    await heading('Set up TensorFlow').waitFor();
    await page.getByText('274 MB from').waitFor();
    await showTheme(page, 'light');
    expect(await accessibilityFaults(page)).toEqual([]);
    await screenshot(page, 'setup-light');
    await showTheme(page, 'dark');
    expect(await accessibilityFaults(page)).toEqual([]);
    await screenshot(page, 'setup-dark');
    await showTheme(page, 'light');
    expect(requests).toEqual([]);
  });

  it('pauses a download, offers it again after a restart, and continues it', async () => {
    await button('Start').focus();
    await page.keyboard.press('Enter');
    await page.getByText('50 MB of 274 MB').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await screenshot(page, 'setup-progress');
    await button('Pause').click();
    await page.getByText('Paused: 50 MB of 274 MB').waitFor();
    await server.kill();
    server = await startServer();
    await page.goto(server.address);
    // The page has tried to reach the server that was killed.
    complaints.length = 0;
    await page.getByText('Paused: 50 MB of 274 MB').waitFor();
    await button('Resume').click();
    await page.getByText('100 MB of 274 MB').waitFor();
    expect(requests).toEqual([undefined, 'bytes=50000000-']);
    await button('Cancel').click();
    await button('Start').waitFor();
  });

  it('leads to a window where searches on the sparse engine run', async () => {
    await button('Not now').click();
    await heading('The Lottery Ticket Hypothesis').waitFor();
    await page.getByText('only searches on the sparse engine can run').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    const { training, ...rest } = SMALL_SETTINGS;
    const settings = { ...rest, training: { ...training, engine: 'dense' } };
    await importAndLaunch('without', settings, 'Use the sparse engine');
  });

  it('takes TensorFlow from a folder, and trains on the dense engine', async () => {
    const installed = findTensorFlow();
    if (!installed) throw new Error('these tests run with TensorFlow');
    await page.getByRole('link', { name: 'Set it up' }).click();
    const field = page.getByRole('textbox', { name: 'Path of the folder or wheel' });
    await field.fill(`${scratch.folder}/nowhere`);
    await button('Use it').click();
    await page.getByText(`There is no file or folder ${scratch.folder}/nowhere`).waitFor();
    await field.fill(installed.directory);
    await button('Use it').click();
    await page.getByText(/TensorFlow \d.* is set up/).waitFor();
    await button('Continue').click();
    await page.getByText('only searches on the sparse engine can run').waitFor({ state: 'hidden' });
    const { training, ...rest } = SMALL_SETTINGS;
    await importAndLaunch('with', { ...rest, training: { ...training, engine: 'dense' } });
    expect(complaints).toEqual([]);
  });
});
