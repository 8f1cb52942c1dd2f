/** Starts the workbench in a process of its own. */
import { fork } from 'node:child_process';
import type { UtilityProcess } from 'electron';
import type { ToWorkbench } from './process-messages.ts';

export interface WorkbenchChild {
  send(message: ToWorkbench): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Told once, why it has ended. */
  onExit(listener: (reason: string) => void): void;
  kill(): void;
}

/** A Node binary, and what it needs to run TypeScript. */
export interface NodeBinary {
  readonly path: string;
  readonly flags: readonly string[];
}

export interface LaunchOptions {
  /** workbench-entry.ts */
  readonly entry: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Electron's own, where it can run the workbench; else a child process on `node` it is. */
  readonly forkUtility:
    ((entry: string, environment: NodeJS.ProcessEnv) => UtilityProcess) | undefined;
  readonly node: () => NodeBinary;
}

/** Two ways, one result. Both carry typed arrays as such. */
export function launchWorkbench(options: LaunchOptions): WorkbenchChild {
  const { entry, environment, forkUtility, node } = options;
  return forkUtility
    ? inUtilityProcess(forkUtility(entry, environment))
    : inChildProcess(entry, environment, node());
}

/**
 * Whether Electron's own Node runs the workbench: it strips types, and its Node-API is new enough for
 * the store (Node 22.18 has both).
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
      // Between its end and the news of it there is nobody to tell; the exit says it all.
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
        listener(`the workbench's process does not start: ${error.message}`);
      });
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}
