import path from 'node:path';
import { Command } from 'commander';
import { amount } from '../../../../shared/amount.ts';
import { cancelOnSlurm } from '../../../workbench/cluster/slurm.ts';
import type { StoppedProcess, SubmittedPlan } from '../../../workbench/cluster/submitted-plan.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, userPath } from '../options.ts';
import type { Output } from '../output.ts';

export function cancelCommand(output: Output): Command {
  return new Command('cancel')
    .description(
      'Cancel the jobs of a plan on Slurm, and stop its processes on this machine. What they have trained stays published; "ticket resubmit" continues.',
    )
    .argument('<folder>', 'the folder of the plan', userPath)
    .addOption(dataDirOption())
    .action((given: string, options: { readonly dataDir?: string }) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        const folder = path.resolve(given);
        let running = 0;
        try {
          running += cancelJobs(folder, output);
        } finally {
          // Whether Slurm answers or not.
          running += stopProcesses(workbench.submissions.open(folder), output);
        }
        if (running === 0) output.note('No shard of this plan was running.');
      } finally {
        workbench.close();
      }
    });
}

/** @returns how many jobs of the plan Slurm still had. */
function cancelJobs(folder: string, output: Output): number {
  const jobs = cancelOnSlurm(folder);
  if (jobs.length > 0) output.note(`Cancelled the jobs ${jobs.join(', ')}.`);
  return jobs.length;
}

/** @returns how many processes of the plan run here. */
function stopProcesses(submitted: SubmittedPlan, output: Output): number {
  const processes = submitted.stopProcesses();
  const told = processes.filter(({ stopping }) => stopping === 'told').length;
  if (told > 0) output.note(`Stopped ${amount(told, 'process', 'processes')} here.`);
  for (const each of processes) {
    if (each.stopping !== 'told') output.note(`Warning: ${describeLeft(each)}`);
  }
  return processes.length;
}

/** A process that was not stopped. */
function describeLeft({ what, processId, stopping }: StoppedProcess): string {
  const why =
    stopping === 'foreign'
      ? 'belongs to another user, who has to stop it'
      : 'can’t be told here from another process with its id: stop it yourself if it is the one';
  return `process ${processId} (${what}) ${why}.`;
}
