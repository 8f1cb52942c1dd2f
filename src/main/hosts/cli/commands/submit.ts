import path from 'node:path';
import { Argument, Command } from 'commander';
import { amount } from '../../../../shared/amount.ts';
import { messageOf, WorkbenchError } from '../../../../shared/contract/errors.ts';
import { holdPlan } from '../../../workbench/cluster/plan-lock.ts';
import { quoted, runAsProcesses, shellCommandOf } from '../../../workbench/cluster/processes.ts';
import {
  cancelOnSlurm,
  endedShards,
  mergeArguments,
  queuedShards,
  slurmBatches,
  type SlurmRequest,
  submittedJobs,
  submitToSlurm,
  usableArraySize,
} from '../../../workbench/cluster/slurm.ts';
import type { Scheduled, ShardReport, ShardStatus } from '../../../workbench/cluster/submission.ts';
import { dataDirectory } from '../../../workbench/data-directory.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, userPath } from '../options.ts';
import type { Output } from '../output.ts';
import {
  checkPlaceOptions,
  type Place,
  type PlaceOptions,
  PLACES,
  withPlaceOptions,
} from '../place-options.ts';
import { type PlanOptions, planOf, previewOf, withPlanOptions } from '../plan-options.ts';
import { stopOnSignal } from '../run-in-terminal.ts';
import { analyseWhole } from '../shard-analyses.ts';
import { slurmProfile } from '../slurm-options.ts';
import { describeCollected, describeReports, describeShards } from '../submission-report.ts';

interface SubmitOptions extends PlanOptions, PlaceOptions {
  readonly out: string;
}

/** Shards that something runs already. */
const BUSY: readonly ShardStatus[] = ['running', 'queued', 'preempted'];

/** More shards than these are not named one by one. */
const MOST_NAMED = 10;

export function submitCommand(output: Output): Command {
  return withPlaceOptions(
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
    checkPlaceOptions(options);
    const folder = path.resolve(options.out);
    if (options.dryRun) {
      await showPlan(folder, options, output);
      return;
    }
    const workbench = Workbench.open(options.dataDir);
    try {
      const { shards } = await planOf(workbench, folder, options);
      output.note(describeShards(shards));
      await runShards(workbench, folder, options, output);
    } finally {
      workbench.close();
    }
  });
}

export function resubmitCommand(output: Output): Command {
  return withPlaceOptions(
    new Command('resubmit')
      .description(
        'Run the shards of a plan whose trainings are not all in the history, whatever became of them. Doing it twice is harmless.',
      )
      .argument('<folder>', 'the folder of the plan', userPath),
  ).action(async (folder: string, options: PlaceOptions) => {
    checkPlaceOptions(options);
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
      'Merge what the shards of a plan have published, and show what has become of each: waiting, running, stopped, failed, silent (it has said nothing for a minute), or done. When all trainings of a search are there, compute the analyses that its settings name.',
    )
    .argument('<folder>', 'the folder of the plan', userPath)
    .option(
      '--strict',
      'end with an error if a bundle was refused, a shard is not done, or analyses are left',
    )
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
        if (!options.json) {
          output.result(`${describeCollected(collected)}\n${describeReports(reports)}`);
        }
        const analysesLeft = await analyseWhole(workbench, folder, output);
        if (options.json) {
          output.result(JSON.stringify({ ...collected, reports, analysesLeft }));
        }
        const left = reports.filter(({ status }) => status !== 'done').length;
        if (options.strict && left + collected.refused.length + analysesLeft.length > 0) {
          throw new WorkbenchError(
            'unavailable',
            `${amount(left, 'shard')} of ${reports.length} are not done, ${amount(collected.refused.length, 'bundle')} were refused, and analyses of ${amount(analysesLeft.length, 'search', 'searches')} are left`,
            `Run what is missing with: ticket resubmit ${folder}`,
          );
        }
      } finally {
        workbench.close();
      }
    });
}

/** Prints what would be planned and run. Nothing is saved. */
async function showPlan(folder: string, options: SubmitOptions, output: Output): Promise<void> {
  const { name, shards } = await previewOf(folder, options);
  output.note(describeShards(shards));
  const numbers = shards.map(({ number }) => number);
  printCommands({ folder, name, numbers, options, output });
}

/** Runs what is neither done nor run by anything already. */
async function runShards(
  workbench: Workbench,
  folder: string,
  options: PlaceOptions,
  output: Output,
): Promise<void> {
  const { submissions } = workbench;
  const { name } = submissions.planIn(folder);
  if (options.dryRun) {
    const numbers = missingShards(submissions.report(folder, scheduledIn(folder, output)), output);
    printCommands({ folder, name, numbers, options, output });
    return;
  }
  const release = holdPlan(folder);
  try {
    await submissions.collect(folder);
    submissions.remember(folder);
    // Without an answer, what waits in the queue would be run a second time.
    const numbers = missingShards(submissions.report(folder, scheduledNow(folder)), output);
    const given = { folder, name, numbers, options, output };
    if (options.on === 'slurm') {
      submitShards(given);
      return;
    }
    await runHere(workbench, given);
  } finally {
    release();
  }
  await analyseWhole(workbench, folder, output);
}

/** Those that are running or waiting anywhere are not run twice; they are named with the reason. */
function missingShards(reports: readonly ShardReport[], output: Output): number[] {
  const busy = reports.filter(({ status }) => BUSY.includes(status));
  const named = busy.map(({ shard, status, said }) => {
    const where = status === 'running' && said ? ` on ${said.host}` : '';
    return `shard ${shard.number} is ${status}${where}`;
  });
  if (named.length > 0) {
    const more = named.length > MOST_NAMED ? `, and ${named.length - MOST_NAMED} more` : '';
    output.note(`Left out: ${named.slice(0, MOST_NAMED).join(', ')}${more}.`);
  }
  return reports
    .filter(({ status }) => status !== 'done' && !BUSY.includes(status))
    .map(({ shard }) => shard.number);
}

interface ShardsToRun {
  readonly folder: string;
  /** Of the plan. */
  readonly name: string;
  readonly numbers: readonly number[];
  readonly options: PlaceOptions;
  readonly output: Output;
}

function printCommands({ folder, name, numbers, options, output }: ShardsToRun): void {
  if (options.on === 'slurm') {
    const request = slurmRequest({ folder, name, numbers, options });
    for (const { script, text } of slurmBatches(request, usableArraySize())) {
      output.result(`# ${script}\n${text}`);
    }
    output.result(`sbatch ${mergeArguments(request, ['JOB']).map(quoted).join(' ')}`);
  } else {
    const { workers = 1, template } = options;
    for (const number of numbers) {
      output.result(shellCommandOf({ folder, number, workers, template }));
    }
  }
  output.note('Nothing was saved, and nothing runs.');
}

async function runHere(
  { submissions }: Workbench,
  { folder, numbers, options, output }: ShardsToRun,
): Promise<void> {
  const { processes = 1, workers = 1, template } = options;
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
        `${amount(failed.length, 'shard')} of ${numbers.length} failed: ${failed.slice(0, MOST_NAMED).join(', ')}`,
        `See the logs in ${path.join(folder, 'logs')}, then run "ticket resubmit ${folder}".`,
      );
    }
  } finally {
    forget();
    output.note(describeCollected(await submissions.collect(folder)));
    output.result(describeReports(submissions.report(folder)));
  }
}

function slurmRequest({
  folder,
  name,
  numbers,
  options,
}: Omit<ShardsToRun, 'output'>): SlurmRequest {
  const profile = slurmProfile(options);
  return { folder, name, numbers, profile, dataDirectory: dataDirectory(options.dataDir) };
}

function submitShards({ output, ...given }: ShardsToRun): void {
  const { folder, numbers } = given;
  if (numbers.length === 0) {
    output.note('No shard is left to be submitted.');
    return;
  }
  const jobs = submitToSlurm(slurmRequest(given));
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

/**
 * What Slurm has of a plan; undefined if it has never had any of it.
 *
 * @throws WorkbenchError `unavailable` if Slurm does not answer.
 */
function scheduledNow(folder: string): Scheduled | undefined {
  if (submittedJobs(folder).length === 0) return undefined;
  return { queued: queuedShards(folder), ended: endedShards(folder) };
}

/** As `scheduledNow`; undefined, with a warning, if Slurm does not answer. */
function scheduledIn(folder: string, output: Output): Scheduled | undefined {
  try {
    return scheduledNow(folder);
  } catch (error) {
    output.note(`Warning: ${messageOf(error)}`);
    return undefined;
  }
}
