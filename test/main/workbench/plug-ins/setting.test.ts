import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { initializers } from '../../../../src/main/engine/initializers/index.ts';
import { Store } from '../../../../src/main/store/store.ts';
import type { HostServices } from '../../../../src/main/workbench/handlers/context.ts';
import { PlugInSetting } from '../../../../src/main/workbench/plug-ins/setting.ts';
import { openService } from '../../../../src/main/workbench/service.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { openTestWorkbench } from '../handlers/support.ts';
import { initializerCode } from './examples.ts';

/** A host that asks, and answers what it is told to. */
function asking(answer: boolean | Promise<boolean>) {
  const asked: string[] = [];
  const opened: string[] = [];
  const host: HostServices = {
    kind: 'electron',
    confirmPlugIns: (folder) => {
      asked.push(folder);
      return Promise.resolve(answer);
    },
    openFolder: (folder) => {
      opened.push(folder);
      return Promise.resolve();
    },
  };
  return { host, asked, opened };
}

describe('the setting for plug-ins', () => {
  it('is off at first, and turned on for the next start; its folder is made empty then', async () => {
    const { client, store } = openTestWorkbench();
    const folder = path.join(store.directory, 'plug-ins');
    expect(await client.call('plugIns.get')).toEqual({
      isOn: false,
      wasOn: false,
      folder,
      loaded: [],
      failure: undefined,
    });
    expect(existsSync(folder)).toBe(false);
    const on = await client.call('plugIns.set', { isOn: true });
    expect(on).toMatchObject({ isOn: true, wasOn: false });
    expect(readdirSync(folder)).toEqual([]);
    if (process.platform !== 'win32') expect(statSync(folder).mode & 0o077).toBe(0);
    expect(await client.call('plugIns.set', { isOn: false })).toMatchObject({ isOn: false });
  });

  it('is turned on only if the user says so, and off without a question', async () => {
    const no = asking(false);
    const refused = openTestWorkbench(no.host);
    expect(await refused.client.call('plugIns.set', { isOn: true })).toMatchObject({ isOn: false });
    const folder = path.join(refused.store.directory, 'plug-ins');
    expect(no.asked).toEqual([folder]);
    expect(existsSync(folder)).toBe(false);

    const yes = asking(true);
    const allowed = openTestWorkbench(yes.host);
    for (const isOn of [true, true, false]) {
      expect(await allowed.client.call('plugIns.set', { isOn })).toMatchObject({ isOn });
    }
    expect(yes.asked).toHaveLength(1);
  });

  it('has one question open at a time', async () => {
    let answer: (isConfirmed: boolean) => void = () => undefined;
    const waiting = asking(
      new Promise<boolean>((resolve) => {
        answer = resolve;
      }),
    );
    const { client } = openTestWorkbench(waiting.host);
    const first = client.call('plugIns.set', { isOn: true });
    await expect(client.call('plugIns.set', { isOn: true })).rejects.toMatchObject({
      code: 'conflict',
    });
    answer(true);
    expect(await first).toMatchObject({ isOn: true });
    expect(waiting.asked).toHaveLength(1);
  });

  it('is no preference that a window could set, and no call takes a folder', async () => {
    const { client, store } = openTestWorkbench();
    await client.call('plugIns.set', { isOn: true });
    const [key] = Object.keys(store.preferences.all());
    await client.call('plugIns.set', { isOn: false });
    await expect(client.call('preferences.set', { key: key!, value: true })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    expect((await client.call('plugIns.get')).isOn).toBe(false);
    const withFolder: object = { isOn: true, folder: '/elsewhere' };
    await expect(client.call('plugIns.set', withFolder as { isOn: boolean })).rejects.toMatchObject(
      { code: 'invalid-argument' },
    );
  });

  it('shows its folder where the host can', async () => {
    const { host, opened } = asking(true);
    const electron = openTestWorkbench(host);
    await electron.client.call('plugIns.openFolder');
    expect(opened).toEqual([path.join(electron.store.directory, 'plug-ins')]);
    await expect(openTestWorkbench().client.call('plugIns.openFolder')).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

/** A workbench that starts over a data directory with these plug-ins and the setting on. */
async function startWith(files: Readonly<Record<string, string>>, folder = temporaryFolder()) {
  const store = Store.open(path.join(folder, 'workbench.sqlite'));
  const setting = new PlugInSetting(store, folder);
  await setting.set(true);
  store.close();
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(path.join(setting.folder, name), text);
  }
  const errors: string[] = [];
  const service = openService({
    dataDirectory: folder,
    host: asking(true).host,
    onError: (message) => errors.push(message),
  });
  const message = { type: 'call', id: 1, name: 'plugIns.get', input: {} };
  const { result } = await service.answer({ isTrusted: () => true }, message);
  await service.close();
  return { errors, overview: result.ok ? result.value : undefined, folder };
}

describe('a workbench that starts with the setting on', () => {
  it('loads nothing from a folder in which something is wrong, and says what', async () => {
    const { errors, overview } = await startWith({
      'fine.ts': initializerCode('fine'),
      'broken.ts': 'export const plugIn = {;',
    });
    expect(errors).toEqual([expect.stringMatching(/^no plug-in of .* is loaded: .*broken[.]ts/)]);
    expect(overview).toMatchObject({
      isOn: true,
      wasOn: true,
      loaded: [],
      failure: { code: 'invalid-data', message: expect.stringContaining('broken.ts') },
    });
    expect(initializers.entries.map(({ id }) => id)).not.toContain('fine');
  });

  it('starts with an empty folder', async () => {
    const { errors, overview } = await startWith({});
    expect(errors).toEqual([]);
    expect(overview).toMatchObject({ loaded: [], failure: undefined });
  });

  it('loads the plug-ins of its folder', async () => {
    const { errors, overview, folder } = await startWith({ 'mine.ts': initializerCode('mine') });
    expect(errors).toEqual([]);
    expect(overview).toMatchObject({
      loaded: [
        {
          file: path.join(folder, 'plug-ins', 'mine.ts'),
          source: 'data-directory',
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          entries: [{ kind: 'initializers', id: 'mine', label: 'Constant' }],
        },
      ],
      failure: undefined,
    });
    expect(initializers.get('mine').label).toBe('Constant');
  });
});
