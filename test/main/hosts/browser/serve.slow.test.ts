/** `ticket serve` as a user runs it: a process, a window's client, real trainings, a kill. */
import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Client } from '../../../../src/shared/contract/client.ts';
import type { JsonObject } from '../../../../src/shared/contract/json.ts';
import type { SearchResult } from '../../../../src/shared/domain/search.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
import {
  type CommandResult,
  startTicket,
  writeSmallDataset,
} from '../../../support/command-line.ts';
import { ask, enter, openClient, temporaryFolder } from './support.ts';

const PROJECT = path.resolve(import.meta.dirname, '../../../..');

interface Served {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandResult>;
  readonly client: Client;
  readonly port: number;
}

async function serve(scratch: string, dataDir: string): Promise<Served> {
  const window = path.join(scratch, 'window');
  mkdirSync(window, { recursive: true });
  writeFileSync(path.join(window, 'index.html'), '<!doctype html>');
  const { child, ended } = startTicket(['serve', '--data-dir', dataDir, '--window', window]);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const address = await addressOf(child, ended);
  const { port, origin } = new URL(address);
  const cookie = await enter({ port: Number(port), address });
  const client = await openClient({ port: Number(port), origin }, cookie);
  return { child, ended, client, port: Number(port) };
}

/** What the command prints when it is ready. */
function addressOf(child: ChildProcess, ended: Promise<CommandResult>): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (text: string) => {
      resolve(text.trim());
    });
    void ended.then(({ stderr }) => {
      reject(new Error(`the command ended first: ${stderr}`));
    });
  });
}

function settingsFor(scratch: string, iterations: number): JsonObject {
  const folder = writeSmallDataset(path.join(scratch, 'data'));
  const settings = resolveSettings({
    assignments: [
      `dataset={"id":"idx","folder":${JSON.stringify(folder)},"validation":100}`,
      'architecture={"id":"mlp","widths":[24,12]}',
      'training.engine=dense',
      `training.iterations=${iterations}`,
      'training.evaluateEvery=50',
      'pruning.levels=3',
      'replicates.count=2',
    ],
  });
  return JSON.parse(JSON.stringify(settings)) as JsonObject;
}

async function stateOf(client: Client, id: string): Promise<string> {
  const { row } = await client.call('search.get', { id });
  return row.error ? `${row.state}: ${row.error.message}` : row.state;
}

/** How long a step may take on a busy machine. */
const PATIENCE_MILLISECONDS = 300_000;

const finish = (client: Client, id: string) =>
  expect
    .poll(() => stateOf(client, id), { timeout: PATIENCE_MILLISECONDS, interval: 100 })
    .toBe('finished');

/** What must be equal to the bit; ids and names differ. */
function numbersOf(result: SearchResult | undefined) {
  return result && { dense: result.dense, levels: result.levels };
}

describe('ticket serve', () => {
  it('goes on with a search after a kill, and ends with the same numbers', async () => {
    const scratch = temporaryFolder();
    const dataDir = path.join(scratch, 'searches');
    const settings = settingsFor(scratch, 400);
    const first = await serve(scratch, dataDir);
    const undisturbed = await first.client.call('search.launch', { settings, name: 'whole' });
    await finish(first.client, undisturbed.id);
    const reference = await first.client.call('search.result', { id: undisturbed.id });
    const { id } = await first.client.call('search.launch', { settings, name: 'killed' });
    await expect
      .poll(async () => (await first.client.call('search.get', { id })).row.trainingsDone, {
        timeout: PATIENCE_MILLISECONDS,
        interval: 20,
      })
      .toBeGreaterThanOrEqual(3);
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');

    const second = await serve(scratch, dataDir);
    const { row } = await second.client.call('search.get', { id });
    expect(row.trainingsDone).toBeGreaterThanOrEqual(3);
    expect(row.trainingsDone).toBeLessThan(row.trainingsTotal);
    await finish(second.client, id);
    expect(numbersOf(await second.client.call('search.result', { id }))).toEqual(
      numbersOf(reference),
    );
  });

  it('pauses, resumes and stops real trainings without changing their numbers', async () => {
    const scratch = temporaryFolder();
    const settings = settingsFor(scratch, 300);
    const { client } = await serve(scratch, path.join(scratch, 'searches'));
    const undisturbed = await client.call('search.launch', { settings, name: 'whole' });
    await finish(client, undisturbed.id);
    const { id } = await client.call('search.launch', { settings, name: 'disturbed' });
    await expect
      .poll(async () => (await client.call('search.get', { id })).live?.running.length, {
        timeout: PATIENCE_MILLISECONDS,
        interval: 10,
      })
      .toBeGreaterThan(0);

    await client.call('search.pause', { id });
    // Progress that was under way arrives, however late; after that nothing moves. A search that
    // did not pause would move until its end, where nothing of it is live.
    const liveNow = async () => (await client.call('search.get', { id })).live;
    let held = await liveNow();
    await expect
      .poll(
        async () => {
          const before = held;
          held = await liveNow();
          return isDeepStrictEqual(held, before);
        },
        { timeout: PATIENCE_MILLISECONDS, interval: 600 },
      )
      .toBe(true);
    expect(held?.isPaused).toBe(true);
    await client.call('search.resume', { id });
    await client.call('search.stop', { id, when: 'level-end' });
    await expect
      .poll(() => stateOf(client, id), { timeout: PATIENCE_MILLISECONDS, interval: 50 })
      .toBe('interrupted');
    await client.call('search.resume', { id });
    await client.call('search.stop', { id, when: 'now' });
    expect(await stateOf(client, id)).toBe('interrupted');
    await client.call('search.resume', { id });
    await finish(client, id);

    expect(numbersOf(await client.call('search.result', { id }))).toEqual(
      numbersOf(await client.call('search.result', { id: undisturbed.id })),
    );
    const log = (await client.call('search.log', { id })).map(({ message }) => message);
    expect(log.filter((message) => message.startsWith('Stopped'))).toHaveLength(2);
    expect(log.at(-1)).toBe('Finished.');
  });

  it('calibrates, then estimates from what has run', async () => {
    const scratch = temporaryFolder();
    const settings = settingsFor(scratch, 50);
    const { client } = await serve(scratch, path.join(scratch, 'searches'));
    const calibrated = await client.call('estimate.calibrate', { settings, workers: 1 });

    expect(calibrated).toMatchObject({ basis: 'calibration', workers: 1 });
    expect(calibrated.seconds).toBeGreaterThan(0);
    const before = await client.call('settings.summary', { settings, workers: 1 });
    expect(before.estimate).toEqual(calibrated);
    const { id } = await client.call('search.launch', { settings, name: 'x' });
    await finish(client, id);
    const after = await client.call('settings.summary', { settings });
    expect(after.estimate?.basis).toBe('history');
  });

  it('ends cleanly when it is asked to, with a search still to go', async () => {
    const scratch = temporaryFolder();
    const served = await serve(scratch, path.join(scratch, 'searches'));
    const settings = settingsFor(scratch, 20_000);
    const { id } = await served.client.call('search.launch', { settings, name: 'long' });
    await expect
      .poll(() => stateOf(served.client, id), { timeout: PATIENCE_MILLISECONDS })
      .toBe('running');
    served.child.kill('SIGTERM');
    const { code, stderr } = await served.ended;

    expect(code).toBe(0);
    expect(stderr).toContain('continue at the next start');
    await expect(ask(served.port, '/')).rejects.toThrow('ECONNREFUSED');
  });

  it('builds the window where it is missing', async () => {
    const project = path.join(temporaryFolder(), 'project');
    const isSource = (name: string) =>
      /^(src|provision|resources)$|[.](js|json|ts)$/.test(name) && name !== 'package-lock.json';
    for (const name of readdirSync(PROJECT).filter(isSource)) {
      cpSync(path.join(PROJECT, name), path.join(project, name), { recursive: true });
    }
    symlinkSync(path.join(PROJECT, 'node_modules'), path.join(project, 'node_modules'));
    const { child, ended } = startTicket(
      ['serve', '--data-dir', path.join(project, 'searches')],
      // Its files have other paths in each run, and would only fill the cache.
      { NODE_DISABLE_COMPILE_CACHE: '1' },
      path.join(project, 'src/main/hosts/cli/main.ts'),
    );
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const address = await addressOf(child, ended);
    const { port } = new URL(address);
    const cookie = await enter({ port: Number(port), address });
    const page = await ask(Number(port), '/', { headers: { cookie } });
    expect(page.status).toBe(200);
    expect(page.body).toContain('<div id="app">');
    child.kill('SIGINT');
    expect((await ended).stderr).toContain('Building the window.');
  });
});
