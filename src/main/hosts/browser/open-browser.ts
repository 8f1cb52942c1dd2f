import { spawn } from 'node:child_process';
import process from 'node:process';

/** Whether there is a screen to open a browser on. */
export function hasDisplay(
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
): boolean {
  if (platform === 'darwin' || platform === 'win32')
    return environment['SSH_CONNECTION'] === undefined;
  return Boolean(environment['DISPLAY'] ?? environment['WAYLAND_DISPLAY']);
}

/**
 * Opens the user's browser without waiting for it.
 *
 * @returns whether a program to open it was found.
 */
export function openInBrowser(address: string): Promise<boolean> {
  const [command, ...options] = openerOf(process.platform);
  const opener = spawn(command, [...options, address], { stdio: 'ignore', detached: true });
  opener.unref();
  return new Promise((resolve) => {
    opener.once('error', () => {
      resolve(false);
    });
    opener.once('spawn', () => {
      resolve(true);
    });
  });
}

function openerOf(platform: NodeJS.Platform): readonly [command: string, ...options: string[]] {
  switch (platform) {
    case 'darwin':
      return ['open'];
    case 'win32':
      // Not `start`: it is part of cmd, which would take `&` in an address as a separator of commands.
      return ['rundll32', 'url.dll,FileProtocolHandler'];
    default:
      return ['xdg-open'];
  }
}
