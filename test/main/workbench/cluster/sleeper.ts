/** A process that does nothing, as the process of a shard that runs on this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import { onTestFinished } from 'vitest';
import {
  type NamedProcess,
  startOf,
  thisProcess,
} from '../../../../src/main/workbench/cluster/process-here.ts';

/** @returns it, named as it would name itself. It ends with the test. */
export function startSleeper(): { readonly child: ChildProcess; readonly named: NamedProcess } {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const started = startOf(child.pid!);
  const named: NamedProcess = {
    ...thisProcess(),
    processId: child.pid!,
    ...(started !== undefined && { started }),
  };
  return { child, named };
}
