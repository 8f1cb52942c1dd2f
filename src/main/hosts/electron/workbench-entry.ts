/**
 * Runs the workbench in its own process: a utility process of Electron, or a child process on Node if
 * Electron's own Node is too old. It has no window; it asks the main process for dialogs.
 */
import { rename, rm, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { reportOf } from '../../../shared/contract/errors.ts';
import { isPlainObject } from '../../../shared/contract/json.ts';
import type { Sender } from '../../workbench/handlers/answer.ts';
import type { HostServices } from '../../workbench/handlers/context.ts';
import { openService, type WorkbenchService } from '../../workbench/service.ts';
import type { FromWorkbench, PathQuestion } from './process-messages.ts';

/** The main process has checked the sender of every call it passes on. */
const MAIN_PROCESS: Sender = { isTrusted: () => true };

interface Port {
  send(message: FromWorkbench): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
}

function main(): void {
  const port = openPort();
  const dialogs = new Map<number, (path: string | undefined) => void>();
  let lastDialog = 0;
  const choosePath = (question: PathQuestion): Promise<string | undefined> =>
    new Promise((resolve) => {
      lastDialog += 1;
      dialogs.set(lastDialog, resolve);
      port.send({ type: 'choose-path', id: lastDialog, question });
    });

  let service: WorkbenchService;
  try {
    service = openService({
      host: hostServices(choosePath),
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
  if ('parentPort' in process) {
    const { parentPort } = process;
    return {
      send: (message) => {
        parentPort.postMessage(message);
      },
      onMessage: (listener) => {
        parentPort.on('message', ({ data }: { readonly data: unknown }) => {
          listener(data);
        });
      },
      // A utility process ends with its parent.
      onClose: () => undefined,
    };
  }
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
): HostServices {
  return {
    kind: 'electron',
    pickPath: (kind, title) => choosePath({ kind, title }),
    saveFile: async (name, bytes) => {
      const path = await choosePath({ kind: 'save', name });
      if (path === undefined) return undefined;
      await writeWhole(path, bytes);
      return path;
    },
  };
}

/** Writes a file completely or not at all: if it can't be written, an existing file stays unchanged. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.part`;
  try {
    await writeFile(draft, bytes);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

main();
