/**
 * Runs the workbench in its own process, on the application's Node. It has no window; it asks the main
 * process for dialogs.
 */
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { writeFileAtomically } from '../../../../provision/atomic-file.mjs';
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { isPlainObject } from '../../../shared/contract/json.ts';
import { dataDirectory, plugInFolder } from '../../workbench/data-directory.ts';
import type { Sender } from '../../workbench/handlers/answer.ts';
import type { HostServices } from '../../workbench/handlers/context.ts';
import { chosenPlugInFolder } from '../../workbench/plug-ins/chosen-folder.ts';
import { loadPlugInFolder } from '../../workbench/plug-ins/folder.ts';
import { openService, type WorkbenchService } from '../../workbench/service.ts';
import { WORKBENCH_VERSION } from '../../workbench/environment.ts';
import { CrashReports, reportUncaughtErrors } from '../../workbench/logs/crash-reports.ts';
import { LogFile, logFolder } from '../../workbench/logs/log-file.ts';
import { runningSearches } from '../../workbench/running/running-ids.ts';
import { installedParts } from '../installed-parts.ts';
import {
  CAN_INSTALL_COMMAND_VARIABLE,
  CHROMIUM_VERSION_VARIABLE,
  ELECTRON_VERSION_VARIABLE,
  type FromWorkbench,
  type PathQuestion,
} from './process-messages.ts';

/** The main process has checked the sender of every call it passes on. */
const MAIN_PROCESS: Sender = { isTrusted: () => true };

interface Port {
  send(message: FromWorkbench): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
}

function main(): void {
  const port = openPort();
  reportUncaughtErrors("the workbench's process", crashReports, runningSearches);
  const dialogs = new Map<number, (path: string | undefined) => void>();
  let lastDialog = 0;
  const choosePath = (question: PathQuestion): Promise<string | undefined> =>
    new Promise((resolve) => {
      lastDialog += 1;
      dialogs.set(lastDialog, resolve);
      port.send({ type: 'choose-path', id: lastDialog, question });
    });
  const confirmations = new Map<number, (isConfirmed: boolean) => void>();
  let lastConfirmation = 0;
  const confirmPlugIns = (folder: string): Promise<boolean> =>
    new Promise((resolve) => {
      lastConfirmation += 1;
      confirmations.set(lastConfirmation, resolve);
      port.send({ type: 'confirm-plug-ins', id: lastConfirmation, folder });
    });
  const pickTarget = (name: string) => choosePath({ kind: 'save', name });
  const openFolder = (folder: string): Promise<void> => {
    port.send({ type: 'open-folder', folder });
    return Promise.resolve();
  };

  const installCommand = (): void => {
    port.send({ type: 'install-command' });
  };

  let service: WorkbenchService;
  try {
    const folder = chosenPlugInFolder([]);
    if (folder !== undefined) loadPlugInFolder(folder);
    service = openService({
      host: {
        ...hostServices(choosePath),
        confirmPlugIns,
        openFolder,
        pickTarget,
        ...(process.env[CAN_INSTALL_COMMAND_VARIABLE] === undefined ? {} : { installCommand }),
      },
      onError: (message) => {
        port.send({ type: 'fault', message });
      },
    });
  } catch (error) {
    port.send({ type: 'failed', error: reportOf(error) });
    process.exitCode = 1;
    // The channel keeps the process alive. Exit only after the message has been sent.
    setTimeout(() => process.exit(), 100);
    return;
  }
  service.subscribe((event) => {
    port.send({ type: 'event', event });
  });

  const close = async (): Promise<void> => {
    await service.close();
    process.exit();
  };
  const answer = async (message: unknown): Promise<void> => {
    try {
      port.send(await service.answer(MAIN_PROCESS, message));
    } catch (error) {
      port.send({ type: 'fault', message: reportOf(error).message });
    }
  };
  port.onMessage((message) => {
    if (!isPlainObject(message)) return;
    switch (message['type']) {
      case 'close':
        void close();
        return;
      case 'path-chosen': {
        const { id, path } = message;
        if (typeof id !== 'number') return;
        dialogs.get(id)?.(typeof path === 'string' ? path : undefined);
        dialogs.delete(id);
        return;
      }
      case 'plug-ins-confirmed': {
        const { id, isConfirmed } = message;
        if (typeof id !== 'number') return;
        confirmations.get(id)?.(isConfirmed === true);
        confirmations.delete(id);
        return;
      }
      default:
        void answer(message);
    }
  });
  // The main process is gone. Finished trainings are saved; the rest continues at the next start.
  port.onClose(() => void close());
  // Ctrl-C in a terminal reaches all processes. The main process decides when this one closes.
  process.on('SIGINT', () => undefined);
  port.send({ type: 'ready', dataDirectory: service.dataDirectory });
}

function openPort(): Port {
  return {
    send: (message) => {
      if (process.connected) process.send?.(message);
    },
    onMessage: (listener) => {
      process.on('message', listener);
    },
    onClose: (listener) => {
      process.on('disconnect', listener);
    },
  };
}

function hostServices(
  choosePath: (question: PathQuestion) => Promise<string | undefined>,
): Omit<HostServices, 'confirmPlugIns'> {
  const { cacheDirectory, parts } = installedParts();
  return {
    kind: 'electron',
    cacheDirectory,
    parts: () => ({ ...shellVersions(), ...parts() }),
    pickPath: (kind, title) => choosePath({ kind, title }),
    saveFile: async (name, bytes) => {
      const file = await choosePath({ kind: 'save', name });
      if (file === undefined) return undefined;
      checkNoPlugIn(file);
      writeFileAtomically(file, bytes);
      return file;
    },
  };
}

/** The main process names them; a plain Node does not know them. */
function shellVersions(): Record<string, string | undefined> {
  return {
    Electron: process.env[ELECTRON_VERSION_VARIABLE],
    Chromium: process.env[CHROMIUM_VERSION_VARIABLE],
  };
}

function crashReports(): CrashReports {
  const log = new LogFile(logFolder(dataDirectory()), { process: 'workbench' });
  const versions = { 'Ticket Workbench': WORKBENCH_VERSION, Node: process.versions.node };
  return new CrashReports(log, { ...versions, ...shellVersions() });
}

/**
 * Bytes of a page are never saved as a plug-in, whichever folder the dialog was led to.
 *
 * @throws WorkbenchError `forbidden` for a file in the folder of plug-ins.
 */
function checkNoPlugIn(file: string): void {
  const folder = plugInFolder(dataDirectory());
  if (!existsSync(folder)) return;
  const parent = realpathSync(path.dirname(file));
  const place = path.relative(realpathSync(folder), parent);
  if (place.startsWith('..') || path.isAbsolute(place)) return;
  throw new WorkbenchError(
    'forbidden',
    `${file} is in the folder of plug-ins, which the workbench does not write into`,
    'Save it in another folder.',
  );
}

main();
