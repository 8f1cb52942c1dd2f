/** The workbench in a process of its own, as the application starts it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  launchWorkbench,
  type WorkbenchChild,
} from '../../../../src/main/hosts/electron/process-launcher.ts';
import { WorkbenchSupervisor } from '../../../../src/main/hosts/electron/supervisor.ts';

const ENTRY = fileURLToPath(
  new URL('../../../../src/main/hosts/electron/workbench-entry.ts', import.meta.url),
);

let scratch: string;
let supervisor: WorkbenchSupervisor | undefined;

beforeEach(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'ticket-supervisor-'));
});

afterEach(async () => {
  await supervisor?.close();
  supervisor = undefined;
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
});

function startWorkbench(dataDirectory: string, path?: string, confirms = false, plugIns = '') {
  const children: WorkbenchChild[] = [];
  const faults: string[] = [];
  const deaths: string[] = [];
  const events: string[] = [];
  const started = new WorkbenchSupervisor({
    launch: () => {
      const child = launchWorkbench({
        entry: ENTRY,
        environment: { ...process.env, TICKET_DATA_DIR: dataDirectory, TICKET_PLUGINS: plugIns },
        node: { path: process.execPath, flags: [] },
      });
      children.push(child);
      return child;
    },
    choosePath: () => Promise.resolve(path),
    confirmPlugIns: () => Promise.resolve(confirms),
    openFolder: () => Promise.resolve(),
    installCommand: () => undefined,
    onFault: (message) => faults.push(message),
    onDeath: (reason) => deaths.push(reason),
  });
  started.transport.subscribe(({ type }) => events.push(type));
  started.start();
  supervisor = started;
  return { supervisor: started, children, faults, deaths, events };
}

describe('a workbench in a process of its own', () => {
  it('answers calls that were made before it was there', async () => {
    const { supervisor } = startWorkbench(path.join(scratch, 'data'));
    const health = await supervisor.client.call('health');
    expect(health.host).toEqual({
      kind: 'electron',
      canPickPath: true,
      canSaveFile: true,
      canOpenFolder: true,
      canInstallCommand: false,
    });
    expect(health.dataDirectory).toBe(path.join(scratch, 'data'));
  });

  it('says when it dies, is started again, and answers', async () => {
    const { supervisor, children, deaths, events } = startWorkbench(path.join(scratch, 'data'));
    await supervisor.client.call('health');
    children[0]!.kill();
    await expect.poll(() => supervisor.lost).toMatch(/signal SIGKILL/);
    expect(deaths).toEqual([supervisor.lost]);
    await expect(supervisor.client.call('health')).rejects.toThrow(/SIGKILL/);
    await expect.poll(() => events, { timeout: 20_000 }).toContain('workbench-restarted');
    expect(supervisor.lost).toBeUndefined();
    await supervisor.client.call('health');
    expect(children).toHaveLength(2);
  });

  it('saves bytes to the path that a dialog gives, and writes nothing if it is cancelled', async () => {
    const file = path.join(scratch, 'mask.npz');
    const { supervisor } = startWorkbench(path.join(scratch, 'data'), file);
    const bytes = Uint8Array.from([1, 2, 3, 255]);
    expect(await supervisor.client.call('host.saveFile', { name: 'mask.npz', bytes })).toBe(file);
    expect([...readFileSync(file)]).toEqual([1, 2, 3, 255]);
    await supervisor.close();
    const second = startWorkbench(path.join(scratch, 'data'));
    const cancelled = { name: 'other.npz', bytes };
    expect(await second.supervisor.client.call('host.saveFile', cancelled)).toBeUndefined();
  });

  it('turns plug-ins on if the user says so, and saves no file among them', async () => {
    const data = path.join(scratch, 'data');
    const first = startWorkbench(data);
    const refused = await first.supervisor.client.call('plugIns.set', { isOn: true });
    expect(refused.isOn).toBe(false);
    await first.supervisor.close();

    const file = path.join(data, 'plug-ins', 'mine.js');
    const { supervisor } = startWorkbench(data, file, true);
    expect((await supervisor.client.call('plugIns.set', { isOn: true })).isOn).toBe(true);
    const bytes = new TextEncoder().encode('export const plugIn = {};');
    await expect(
      supervisor.client.call('host.saveFile', { name: 'mine.js', bytes }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  it('does not start without the plug-ins that it was started with, and says why', async () => {
    const { supervisor } = startWorkbench(path.join(scratch, 'data'), undefined, false, '/nowhere');
    await expect
      .poll(() => supervisor.lost, { timeout: 20_000 })
      .toMatch(/the folder of plug-ins [/]nowhere can't be read/);
  });

  it('says why where its data directory can not be used', async () => {
    writeFileSync(path.join(scratch, 'file'), '');
    const { supervisor } = startWorkbench(path.join(scratch, 'file'));
    await expect.poll(() => supervisor.lost, { timeout: 20_000 }).toMatch(/data directory/);
  });
});
