/**
 * Electron's main process. It owns the window and nothing of the workbench. It is built as CommonJS for
 * the oldest Electron that the window is tested in: 22, with Node 16.
 */
import path from 'node:path';
import process from 'node:process';
import { app, crashReporter, dialog } from 'electron';
import { plainMessage } from '../../../../provision/plain-text.mjs';
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { DesktopApplication } from './application.ts';
import { hardenContents } from './hardening.ts';
import { damagesOf, readChecksums } from './integrity.ts';
import { APPLICATION, WINDOW_FOLDER, WORKBENCH } from './paths.ts';
import { WindowFiles } from './window-files.ts';
import { registerWindowScheme } from './window-protocol.ts';

function main(): void {
  // There is one instance for each data directory.
  const dataDirectory = process.env['TICKET_DATA_DIR'];
  if (dataDirectory) app.setPath('userData', path.resolve(dataDirectory, 'window'));
  // Crashes of Chromium leave a dump in the user's folder. Nothing is sent.
  crashReporter.start({ uploadToServer: false });
  if (!app.requestSingleInstanceLock()) {
    app.exit();
    return;
  }
  // As root in a container there is no system sandbox, and Chromium does not start if it needs one.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  app.setAppUserModelId('org.ticket-workbench.desktop');
  registerWindowScheme();
  hardenContents(app);
  // The application keeps running without its window until it is told to quit.
  app.on('window-all-closed', () => undefined);
  void app.whenReady().then(async () => {
    try {
      await checkInstallation();
      new DesktopApplication().start(new WindowFiles(WINDOW_FOLDER));
    } catch (error) {
      const hint = error instanceof WorkbenchError ? (error.hint ?? '') : '';
      const title = 'Ticket Workbench can’t start';
      const text = `${reportOf(error).message}\n${hint}`;
      // For whoever starts it in a terminal, and for a machine whose dialog nobody sees.
      process.stderr.write(plainMessage(`${title}: ${text}\n`));
      dialog.showErrorBox(title, text);
      app.exit(1);
    }
  });
}

/** @throws WorkbenchError `provisioning-failed` if an installed file is not as it was packed. */
async function checkInstallation(): Promise<void> {
  const checksums = readChecksums(APPLICATION);
  if (checksums === undefined) return;
  const damages = await damagesOf(WORKBENCH, checksums);
  if (damages.length === 0) return;
  throw new WorkbenchError(
    'provisioning-failed',
    `The installation in ${WORKBENCH} is damaged: ${damages.slice(0, 3).join(' ')}`,
    'Install the application again. Your searches are not affected.',
  );
}

main();
