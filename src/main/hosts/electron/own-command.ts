/** The command `ticket` of this application. */
import { homedir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { app } from 'electron';
import { canInstallCommand, type CommandInstallation } from './install-command.ts';

export const COMMAND: CommandInstallation = {
  platform: process.platform,
  home: homedir(),
  environment: process.env,
  launcher: path.join(
    process.resourcesPath,
    'bin',
    process.platform === 'win32' ? 'ticket.cmd' : 'ticket',
  ),
};

export function canInstallOwnCommand(): boolean {
  return canInstallCommand(app.isPackaged, COMMAND);
}
