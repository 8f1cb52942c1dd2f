import { availableParallelism } from 'node:os';
import process from 'node:process';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { cpuName, WORKBENCH_VERSION } from '../environment.ts';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handlers.ts';

type Names = 'health' | `host.${'pickPath' | 'saveFile' | 'installCommand'}`;

/** The process and the host around it. */
export function hostHandlers(context: HandlerContext): HandlersOf<Names> {
  const { host, queue, dataDirectory, startedAt } = context;
  return {
    health: () => ({
      version: WORKBENCH_VERSION,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      cpu: cpuName(),
      cores: availableParallelism(),
      dataDirectory,
      running: queue.runningCount,
      waiting: queue.waitingCount,
      startedAt,
      host: {
        kind: host.kind,
        canPickPath: host.pickPath !== undefined,
        canSaveFile: host.saveFile !== undefined,
        canOpenFolder: host.openFolder !== undefined,
        canInstallCommand: host.installCommand !== undefined,
      },
    }),
    'host.pickPath': ({ kind, title }) => {
      if (!host.pickPath) throw unavailable('open a dialog', 'Type the path instead.');
      return host.pickPath(kind, title);
    },
    'host.saveFile': ({ name, bytes }) => {
      if (!host.saveFile) throw unavailable('save files', 'Let the browser download it instead.');
      return host.saveFile(name, bytes);
    },
    'host.installCommand': () => {
      if (!host.installCommand) {
        throw unavailable('install the command', 'The packages of Ticket Workbench bring it.');
      }
      host.installCommand();
      return undefined;
    },
  };
}

function unavailable(what: string, hint: string): WorkbenchError {
  return new WorkbenchError('unavailable', `this host can't ${what}`, hint);
}
