import path from 'node:path';
import { Argument, Command, Option } from 'commander';
import { amount } from '../../../../shared/amount.ts';
import { messageOf, WorkbenchError } from '../../../../shared/contract/errors.ts';
import { quoted, runAsProcesses, shellCommandOf } from '../../../workbench/cluster/processes.ts';
import {
  cancelOnSlurm,
  endedShards,
  mergeArguments,
  queuedShards,
  slurmBatches,
  submittedJobs,
  submitToSlurm,
  USUAL_ARRAY_SIZE,
} from '../../../workbench/cluster/slurm.ts';
import type { Scheduled, ShardStatus } from '../../../workbench/cluster/submission.ts';
import { dataDirectory } from '../../../workbench/data-directory.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, userPath, wholeNumber, workersOption } from '../options.ts';
import type { Output } from '../output.ts';
import { type PlanOptions, planOf, withPlanOptions } from '../plan-options.ts';
import { stopOnSignal } from '../run-in-terminal.ts';
import { slurmProfile, type SlurmOptions, withSlurmOptions } from '../slurm-options.ts';
import { describeCollected, describeReports, describeShards } from '../submission-report.ts';

interface WhereOptions extends SlurmOptions {
  readonly on: Place;
  readonly processes: number;
  readonly workers?: number;
  readonly template?: string;
  readonly dataDir?: string;
  readonly dryRun?: true;
}

interface SubmitOptions extends PlanOptions, WhereOptions {
  readonly out: string;
}

/** Shards that are done, or that something runs already. */
const BUSY: readonly ShardStatus[] = ['done', 'running', 'queued', 'preempted'];

const PLACES = ['local', 'slurm', 'command'] as const;
type Place = (typeof PLACES)[number];

export function submitCommand(output: Output): Command {
  return withWhere(
    withPlanOptions(
      new Command('submit')
        .description(
          'Plan a search or a sweep as "ticket plan" does, run its shards on Slurm, as processes of this machine, or through a command such as ssh, and merge what they publish into the history.',
        )
        .addArgument(new Argument('[place]', 'as --on').choices(PLACES))
        .requiredOption(
          '--out <folder>',
          'the folder for the plan, which every machine can read',
          userPath,
        ),
    ),
  ).action(async (place: Place | undefined, given: SubmitOptions) => {
    const options = place === undefined ? given : { ...given, on: place };
    checkTemplate(options);
    const workbench = Workbench.open(options.dataDir);
    try {
      const folder = path.resolve(options.out);
      const { shards } = await planOf(workbench, folder, options);
      output.note(describeShards(shards));
      await runShards(workbench, folder, options, output);
    } finally {
      workbench.close();
    }
  });
}

export function resubmitCommand(output: Output): Command {
  return withWhere(
    new Command('resubmit')
      .description(
        'Run the shards of a plan whose trainings are not all in the history, whatever became of them. Doing it twice is harmless.',
      )
      .argument('<folder>', 'the folder of the plan', userPath),
  ).action(async (folder: string, options: WhereOptions) => {
    checkTemplate(options);
    const workbench = Workbench.open(options.dataDir);
    try {
      await runShards(workbench, path.resolve(folder), options, output);
    } finally {
      workbench.close();
    }
  });
}

interface JobsOptions {
  readonly strict?: true;
  readonly json?: true;
  readonly dataDir?: string;
}

export function jobsCommand(output: Output): Command {
  return new Command('jobs')
    .description(
      'Merge what the shards of a plan have published, and show what has become of each: waiting, running, stopped, failed, silent (it has said nothing for a minute), or done.',
    )
    .argument('<folder>', 'the folder of the plan', userPath)
    .option('--strict', 'end with an error if a bundle was refused, or a shard is not done')
    .option('--json', 'print JSON')
    .addOption(dataDirOption())
    .action(async (given: string, options: JobsOptions) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        const folder = path.resolve(given);
        const { submissions } = workbench;
        const collected = await submissions.collect(folder);
        submissions.remember(folder);
        const reports = submissions.report(folder, scheduledIn(folder, output));
        if (options.json) output.result(JSON.stringify({ ...collected, reports }));
        else output.result(`${describeCollected(collected)}\n${describeReports(reports)}`);
        for (const id of submissions.withAnalysesLeft(folder)) {
          output.note(`The analyses of ${id} are left: ticket resume ${id}`);
        }
        const left = reports.filter(({ status }) => status !== 'done').length;
        if (options.strict && left + collected.refused.length > 0) {
          throw new WorkbenchError(
            'unavailable',
            `${amount(left, 'shard')} of ${reports.length} are not done, and ${amount(collected.refused.length, 'bundle')} were refused`,
            `Run what is missing with: ticket resubmit ${folder}`,
          );
        }
      } finally {
        workbench.close();
      }
    });
}

function withWhere(command: Command): Command {
  return withSlurmOptions(command)
    .addOption(
      new Option(
        '--on <place>',
        'local: processes of this machine; slurm: a job array; command: see --template',
      )
        .choices(PLACES)
        .default('local'),
    )
    .option(
      '--processes <n>',
      'shards that run at the same time',
      (text) => wholeNumber(text, 1),
      1,
    )
    .addOption(workersOption())
    .option(
      '--template <command>',
      'what the shell runs for each shard: "ssh host {quoted}"; {command} is the command, {quoted} the same as one word, {number} and {folder} say which shard',
    )
    .option('--dry-run', 'write the plan and print the commands; run nothing')
    .addOption(dataDirOption());
}

function checkTemplate({ on, template }: WhereOptions): void {
  if (on === 'command' && template !== undefined && !/\{(command|quoted)\}/.test(template)) {
    throw new WorkbenchError(
      'invalid-argument',
      `the template "${template}" has neither {command} nor {quoted}, so it would run no shard`,
      'For example: --template "ssh host {quoted}"',
    );
  }
  if ((on === 'command') === (template !== undefined)) return;
  throw new WorkbenchError(
    'invalid-argument',
    on === 'command' ? '--on command needs a --template' : '--template is only for --on command',
    'For example: --on command --template "ssh host {quoted}"',
  );
}

async function runShards(
  workbench: Workbench,
  folder: string,
  options: WhereOptions,
  output: Output,
): Promise<void> {
  const { on, processes, workers = 1, template, dryRun } = options;
  const { submissions } = workbench;
  await submissions.collect(folder);
  submissions.remember(folder);
  const scheduled = scheduledIn(folder, output);
  // Those that are running or waiting anywhere are not run twice.
  const numbers = submissions
    .report(folder, scheduled)
    .filter(({ status }) => !BUSY.includes(status))
    .map(({ shard }) => shard.number);
  if (on === 'slurm') {
    submitShards(workbench, { folder, numbers, options, output });
    return;
  }
  if (dryRun) {
    for (const number of numbers) {
      output.result(shellCommandOf({ folder, number, workers, template }));
    }
    return;
  }
  const { signal, forget } = stopOnSignal(output);
  let ended = 0;
  try {
    const failed = await runAsProcesses({
      folder,
      numbers,
      processes,
      workers,
      template,
      signal,
      onEnd: (number, code) => {
        ended += 1;
        const how = code === 0 ? 'is done' : `has failed (${code}); see its log`;
        output.note(`Shard ${number} ${how}, ${ended} of ${numbers.length}.`);
      },
    });
    if (failed.length > 0) {
      throw new WorkbenchError(
        'unavailable',
        `${amount(failed.length, 'shard')} of ${numbers.length} failed: ${failed.slice(0, 10).join(', ')}`,
        `See the logs in ${path.join(folder, 'logs')}, then run "ticket resubmit ${folder}".`,
      );
    }
  } finally {
    forget();
    output.note(describeCollected(await submissions.collect(folder)));
    output.result(describeReports(submissions.report(folder)));
  }
}

function submitShards(
  workbench: Workbench,
  {
    folder,
    numbers,
    options,
    output,
  }: {
    readonly folder: string;
    readonly numbers: readonly number[];
    readonly options: WhereOptions;
    readonly output: Output;
  },
): void {
  if (numbers.length === 0) {
    output.note('No shard is left to be submitted.');
    return;
  }
  const { name } = workbench.submissions.planIn(folder);
  const request = {
    folder,
    name,
    numbers,
    profile: slurmProfile(options),
    dataDirectory: dataDirectory(options.dataDir),
  };
  if (options.dryRun) {
    for (const { script, text } of slurmBatches(request, USUAL_ARRAY_SIZE)) {
      output.result(`# ${script}\n${text}`);
    }
    output.result(`sbatch ${mergeArguments(request, ['JOB']).map(quoted).join(' ')}`);
    return;
  }
  const jobs = submitToSlurm(request);
  output.result(
    `Submitted ${amount(numbers.length, 'shard')} as ${jobs.join(', ')}; the last of these jobs merges what they publish.`,
  );
  output.note(`See what becomes of them with: ticket jobs ${folder}`);
}

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
        const jobs = cancelOnSlurm(folder);
        if (jobs.length > 0) output.note(`Cancelled the jobs ${jobs.join(', ')}.`);
        const stopped = workbench.submissions.stopProcesses(folder);
        if (stopped > 0) output.note(`Stopped ${amount(stopped, 'process', 'processes')} here.`);
        if (jobs.length + stopped === 0) output.note('Nothing of this plan was running.');
      } finally {
        workbench.close();
      }
    });
}

/** What Slurm has of a plan; undefined if it has never had any of it, or does not answer now. */
function scheduledIn(folder: string, output: Output): Scheduled | undefined {
  if (submittedJobs(folder).length === 0) return undefined;
  try {
    return { queued: queuedShards(folder), ended: endedShards(folder) };
  } catch (error) {
    output.note(`Warning: ${messageOf(error)}`);
    return undefined;
  }
}
