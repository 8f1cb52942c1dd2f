import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  canInstallCommand,
  type CommandInstallation,
  installCommand,
  installedMessage,
} from '../../../../src/main/hosts/electron/install-command.ts';
import { temporaryFolder } from '../../store/samples.ts';

const execute = promisify(execFile);

/** An installed application, in a folder whose name a shell would misread. */
function application(changes: Partial<CommandInstallation> = {}): CommandInstallation {
  const home = temporaryFolder();
  const folder = path.join(home, `it's $HOME`, 'bin');
  mkdirSync(folder, { recursive: true });
  const launcher = path.join(folder, 'ticket');
  writeFileSync(launcher, '#!/bin/sh\nprintf "%s|" "$@"\nexit 3\n');
  chmodSync(launcher, 0o755);
  return { platform: 'linux', home, environment: { PATH: '/usr/bin' }, launcher, ...changes };
}

describe('the command of an installed application', () => {
  test('runs the application’s own, with its arguments and exit code', async ({ skip }) => {
    if (process.platform === 'win32') skip('there is no /bin/sh');
    const installation = application();
    const { file } = installCommand(installation);
    expect(file).toBe(path.join(installation.home, '.local/bin/ticket'));
    expect(statSync(file).mode & 0o111).toBe(0o111);
    await expect(execute(file, ['a b', '*'])).rejects.toMatchObject({ code: 3, stdout: 'a b|*|' });
  });

  test('is replaced by a newer one of ours, never by one of somebody else’s', () => {
    const installation = application();
    const { file } = installCommand(installation);
    installCommand({ ...installation, launcher: '/moved/ticket' });
    expect(readFileSync(file, 'utf8')).toContain('/moved/ticket');
    writeFileSync(file, '#!/bin/sh\necho somebody else’s\n');
    expect(() => installCommand(installation)).toThrow(
      expect.objectContaining({ code: 'conflict' }),
    );
    expect(readFileSync(file, 'utf8')).toContain('somebody else’s');
  });

  test('mounts an AppImage for as long as the command runs', async ({ skip }) => {
    if (process.platform !== 'linux') skip('there are no AppImages');
    const installation = application();
    const { home, launcher } = installation;
    // As an AppImage does with --appimage-mount: it prints the place, and stays until it is ended.
    const image = path.join(home, 'Ticket Workbench.AppImage');
    const mounted = path.join(home, 'mounted');
    mkdirSync(path.join(mounted, 'resources/bin'), { recursive: true });
    writeFileSync(path.join(mounted, 'resources/bin/ticket'), readFileSync(launcher));
    chmodSync(path.join(mounted, 'resources/bin/ticket'), 0o755);
    const left = path.join(home, 'left');
    writeFileSync(
      image,
      `#!/bin/sh\n[ "$1" = --appimage-mount ] || exit 9\ntrap 'touch "${left}"; exit' TERM\necho "${mounted}"\nwhile :; do sleep 0.05; done\n`,
    );
    chmodSync(image, 0o755);
    const { file } = installCommand({ ...installation, environment: { APPIMAGE: image } });
    await expect(execute(file, ['a b'])).rejects.toMatchObject({ code: 3, stdout: 'a b|' });
    await expect.poll(() => existsSync(left)).toBe(true);
  });

  test('lies where each system looks for programs', () => {
    const shared = temporaryFolder();
    expect(installCommand(application({ platform: 'darwin', sharedFolder: shared })).file).toBe(
      path.join(shared, 'ticket'),
    );
    const mac = application({ platform: 'darwin', sharedFolder: '/missing' });
    expect(installCommand(mac).file).toBe(path.join(mac.home, '.local/bin/ticket'));
    const local = temporaryFolder();
    const windows = application({
      platform: 'win32',
      environment: { LOCALAPPDATA: local },
      launcher: 'C:\\100%\\ticket.cmd',
    });
    const { file } = installCommand(windows);
    expect(file).toBe(path.join(local, 'Microsoft', 'WindowsApps', 'ticket.cmd'));
    expect(readFileSync(file, 'utf8')).toContain('"C:\\100%%\\ticket.cmd" %*\r\n');
  });

  test('is said to be found or not, and how to undo it', () => {
    const installation = application();
    const hidden = installedMessage(installCommand(installation));
    expect(hidden.detail).toContain('Add it to PATH');
    const folder = path.join(installation.home, '.local/bin');
    const found = installedMessage(
      installCommand({ ...installation, environment: { PATH: `/usr/bin:${folder}/` } }),
    );
    expect(found.detail).toContain('ticket --help');
    expect(found.detail).toContain('Delete that file');
  });

  test('is offered in an installed application without it, not in a clone', () => {
    const installation = application();
    const nowhere = path.join(installation.home, 'nowhere');
    expect(canInstallCommand(true, installation, nowhere)).toBe(true);
    expect(canInstallCommand(false, installation, nowhere)).toBe(false);
    expect(canInstallCommand(true, installation, installation.launcher)).toBe(false);
    expect(canInstallCommand(true, { ...installation, launcher: nowhere }, nowhere)).toBe(false);
  });
});
