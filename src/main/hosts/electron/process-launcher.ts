/**
 * Starts the workbench as a process of its own on the application's Node, which is also the Node of the
 * command `ticket`. So window and command line compute the same bits, and no process needs Electron's
 * `runAsNode`.
 */
import { fork } from 'node:child_process';
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
  readonly node: NodeBinary;
}

export function launchWorkbench({ entry, environment, node }: LaunchOptions): WorkbenchChild {
  const child = fork(entry, [], {
    execPath: node.path,
    execArgv: [...node.flags],
    env: environment,
    // Transfers typed arrays unchanged.
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
