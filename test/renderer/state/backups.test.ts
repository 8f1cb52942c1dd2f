import { describe, expect, it } from 'vitest';
import { Backups } from '../../../src/renderer/state/backups.svelte.ts';
import { createClient, type Transport } from '../../../src/shared/contract/client.ts';
import { createFakeWorkbench } from '../support/fake-workbench.ts';

async function open(changed: (name: string) => string | undefined = () => undefined) {
  const workbench = createFakeWorkbench();
  const called: string[] = [];
  const transport: Transport = {
    ...workbench,
    invoke: async (name, input) => {
      called.push(name);
      const error = changed(name);
      if (error !== undefined) {
        return { ok: false, error: { code: 'store-failed', message: error } };
      }
      return workbench.invoke(name, input);
    },
  };
  const told: string[] = [];
  let restored = 0;
  const toasts = { info: (message: string) => told.push(message), error: () => undefined };
  const backups = new Backups(createClient(transport), toasts, () => {
    restored += 1;
  });
  await backups.overview.reload();
  return { backups, workbench, called, told, restored: () => restored };
}

describe('backups in the window', () => {
  it('are written, and the list is read again', async () => {
    const { backups, told, called } = await open();
    await backups.make('/mine.sqlite');
    expect(told).toEqual(['2 searches, 5 kB, written and checked: /mine.sqlite']);
    expect(called).toEqual(['backup.list', 'backup.make', 'backup.list']);
    expect(backups.error).toBeUndefined();
  });

  it('show progress of any window, and take nothing else meanwhile', async () => {
    const { backups, workbench } = await open();
    const progress = { what: 'backing-up', step: 'copying', fraction: 0.5 } as const;
    workbench.tell({ type: 'backup-progress', progress });
    expect(backups.progress).toEqual(progress);
    expect(backups.isBusy).toBe(true);
    workbench.tell({ type: 'backup-progress', progress: undefined });
    expect(backups.isBusy).toBe(false);
  });

  it('are restored once the user has seen what they hold', async () => {
    const { backups, called, restored, told } = await open();
    await backups.restore();
    expect(called).not.toContain('backup.restore');
    await backups.choose({ name: 'a.sqlite' });
    expect(backups.contents).toMatchObject({ file: '/backups/a.sqlite', searches: 2 });
    backups.forget();
    await backups.restore();
    expect(called).not.toContain('backup.restore');
    await backups.choose({ name: 'a.sqlite' });
    await backups.restore();
    expect(restored()).toBe(1);
    expect(told).toEqual(['2 searches restored. What was there is in /before.sqlite']);
  });

  it('say why they failed, until the next attempt', async () => {
    let problem: string | undefined = 'the disk is full';
    const { backups } = await open((name) => (name === 'backup.make' ? problem : undefined));
    await backups.make();
    expect(backups.error).toMatchObject({ message: 'the disk is full' });
    expect(backups.isBusy).toBe(false);
    problem = undefined;
    await backups.make();
    expect(backups.error).toBeUndefined();
  });

  it('are made every day if that is set', async () => {
    const { backups } = await open();
    expect(await backups.setNightly(true)).toBe(true);
    expect(await backups.setNightly(false)).toBe(false);
  });
});
