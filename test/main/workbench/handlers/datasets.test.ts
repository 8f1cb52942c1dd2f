/** Fetching datasets for a window, from a site that is slow; nothing leaves this machine. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { datasets } from '../../../../src/main/engine/datasets/index.ts';
import { DatasetFetches } from '../../../../src/main/workbench/datasets/fetches.ts';
import type { WorkbenchEvent } from '../../../../src/shared/contract/events.ts';
import { startSlowSite } from '../../../support/slow-site.ts';
import { openTestWorkbench } from './support.ts';

const ID = 'fashion-mnist';
const scratch = mkdtempSync(join(tmpdir(), 'ticket-fetches-'));
const site = await startSlowSite(26_421_880);
process.env['TICKET_DATASETS_DIR'] = scratch;
process.env['HTTP_PROXY'] = site.proxy;
process.env['http_proxy'] = site.proxy;
process.env['NO_PROXY'] = '';
process.env['no_proxy'] = '';

afterAll(() => {
  site.close();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
});

beforeEach((context) => {
  const installed = datasets
    .get(ID)
    .download!.routes.some((route) => route.kind === 'apt' && existsSync(route.folder));
  if (installed) context.skip(`${ID} is installed on this machine: it would not be downloaded`);
});

const isProgress = (event: WorkbenchEvent) =>
  event.type === 'dataset-progress' && (event.progress.bytes ?? 0) > 0;
const typesOf = (events: readonly WorkbenchEvent[]) =>
  events.map(({ type }) => type).filter((type) => type !== 'dataset-progress');

describe('fetching a dataset for a window', () => {
  it('tells how far it is, can be stopped, and goes on from there', async () => {
    const { client, events } = openTestWorkbench();
    const overview = async () => (await client.call('datasets')).find(({ id }) => id === ID);
    await client.call('dataset.fetch', { id: ID });
    expect((await overview())?.progress).toEqual({ step: 'starting' });
    await expect.poll(() => events.some(isProgress)).toBe(true);
    expect(await overview()).toMatchObject({
      state: 'to-be-fetched',
      progress: { step: 'downloading train-images-idx3-ubyte.gz', totalBytes: 26_421_880 },
    });
    await expect(client.call('dataset.fetch', { id: ID })).rejects.toMatchObject({
      code: 'conflict',
    });
    await client.call('dataset.stop', { id: ID });
    await expect.poll(async () => (await overview())?.progress).toBeUndefined();
    expect(typesOf(events)).toEqual(['dataset-changed', 'dataset-changed']);
    expect(events.at(-1)).toMatchObject({
      dataset: { id: ID, state: 'to-be-fetched', progress: undefined },
    });

    await client.call('dataset.fetch', { id: ID });
    await expect.poll(() => site.requests.length).toBe(2);
    expect(site.requests[1]?.range).toMatch(/^bytes=[1-9]\d+-$/);
    await client.call('dataset.stop', { id: ID });
    await expect.poll(async () => (await overview())?.progress).toBeUndefined();
  });

  it('says why files could not be taken in', async () => {
    const { client, events } = openTestWorkbench();
    await client.call('dataset.add', { id: ID, paths: ['/nowhere'] });
    await expect
      .poll(() => typesOf(events))
      .toEqual(['dataset-changed', 'dataset-failed', 'dataset-changed']);
    const failed = events.find(({ type }) => type === 'dataset-failed');
    expect(failed).toMatchObject({ id: ID, error: { code: 'not-found' } });
    expect(failed).toMatchObject({
      error: { message: expect.stringContaining('/nowhere') as string },
    });
  });

  it('refuses what is no dataset that can be fetched, and what is no path', async () => {
    const { client, events } = openTestWorkbench();
    await expect(client.call('dataset.fetch', { id: 'mnist' })).rejects.toThrow(
      'needs no fetching',
    );
    await expect(client.call('dataset.add', { id: 'none', paths: ['/x'] })).rejects.toThrow(
      'there is no dataset none',
    );
    for (const paths of [[], [''], ['x'.repeat(5000)]]) {
      await expect(client.call('dataset.add', { id: ID, paths })).rejects.toThrow('paths');
    }
    await client.call('dataset.stop', { id: 'mnist' });
    expect(events).toEqual([]);
  });

  it('ends with the process that does it, and lets another one do it then', async () => {
    const events: WorkbenchEvent[] = [];
    const fetches = new DatasetFetches((event) => events.push(event));
    fetches.fetch(ID);
    await expect.poll(() => events.some(isProgress)).toBe(true);
    const other = openTestWorkbench();
    await other.client.call('dataset.fetch', { id: ID });
    // The lock is of this very process, so that only the files tell.
    await expect
      .poll(() => other.events.find(({ type }) => type === 'dataset-failed'))
      .toMatchObject({ error: { code: 'conflict' } });
    await fetches.close();
    expect(fetches.progressOf(ID)).toBeUndefined();
    expect(existsSync(join(scratch, `.${ID}.lock`))).toBe(false);
  });
});
