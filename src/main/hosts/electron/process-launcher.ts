/** Starts the workbench in its own process. */
import { fork } from 'node:child_process';
import type { UtilityProcess } from 'electron';
import type { ToWorkbench } from './process-messages.ts';

export interface WorkbenchChild {
  send(message: ToWorkbench): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, with the reason why the process ended. */
  onExit(listener: (reason: string) => void): void;
  kill(): void;
}

/** A Node binary and the flags it needs to run TypeScript. */
export interface NodeBinary {
  readonly path: string;
  readonly flags: readonly string[];
}

export interface LaunchOptions {
  /** workbench-entry.ts */
  readonly entry: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Undefined if Electron's Node can't run the workbench; then a child process runs on `node`. */
  readonly forkUtility:
    ((entry: string, environment: NodeJS.ProcessEnv) => UtilityProcess) | undefined;
  readonly node: () => NodeBinary;
}

/** Launches a utility process or a child process. Both transfer typed arrays unchanged. */
export function launchWorkbench(options: LaunchOptions): WorkbenchChild {
  const { entry, environment, forkUtility, node } = options;
  return forkUtility
    ? inUtilityProcess(forkUtility(entry, environment))
    : inChildProcess(entry, environment, node());
}

/**
 * Whether Electron's own Node can run the workbench: it must strip types, and its Node-API must be new
 * enough for the store. Node 22.18 has both.
 */
export function canRunInElectron(
  versions: Pick<NodeJS.ProcessVersions, 'node'>,
  features: { readonly typescript?: unknown },
): boolean {
  const [major = 0, minor = 0] = versions.node.split('.').map(Number);
  const isNewEnough = major > 22 || (major === 22 && minor >= 18);
  return isNewEnough && typeof features.typescript === 'string';
}

function inUtilityProcess(child: UtilityProcess): WorkbenchChild {
  return {
    send: (message) => {
      child.postMessage(message);
    },
    onMessage: (listener) => {
      child.on('message', listener);
    },
    onExit: (listener) => {
      child.once('exit', (code) => {
        listener(`the workbench's process ended with exit code ${code}`);
      });
    },
    kill: () => {
      child.kill();
    },
  };
}

function inChildProcess(
  entry: string,
  environment: NodeJS.ProcessEnv,
  node: NodeBinary,
): WorkbenchChild {
  const child = fork(entry, [], {
    execPath: node.path,
    execArgv: [...node.flags],
    env: environment,
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return {
    send: (message) => {
      // Ignores failures between the end of the process and its exit event, which reports the reason.
      if (child.connected) child.send(message, () => undefined);
    },
    onMessage: (listener) => {
      child.on('message', listener);
    },
    onExit: (listener) => {
      child.once('exit', (code, signal) => {
        const how = signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`;
        listener(`the workbench's process ended with ${how}`);
      });
      child.once('error', (error) => {
        listener(`the workbench's process can't be started: ${error.message}`);
      });
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}
