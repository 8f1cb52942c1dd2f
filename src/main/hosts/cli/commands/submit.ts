import path from 'node:path';
import { Argument, Command } from 'commander';
import { amount } from '../../../../shared/amount.ts';
import { type ErrorReport, messageOf, WorkbenchError } from '../../../../shared/contract/errors.ts';
import { holdPlan } from '../../../workbench/cluster/plan-lock.ts';
import { type Place, PLACES } from '../../../workbench/cluster/places.ts';
import { quoted, runAsProcesses, shellCommandOf } from '../../../workbench/cluster/processes.ts';
import { SlurmAccounts, withAccounts } from '../../../workbench/cluster/slurm-accounts.ts';
import {
  batchArguments,
  lastProfile,
  mergeArguments,
  type QueuedShard,
  queuedShards,
  slurmBatches,
  type SlurmRequest,
  submittedJobs,
  submitToSlurm,
  usableArraySize,
} from '../../../workbench/cluster/slurm.ts';
import type { ShardReport, SubmittedPlan } from '../../../workbench/cluster/submitted-plan.ts';
import { dataDirectory } from '../../../workbench/data-directory.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, userPath } from '../options.ts';
import { missingShards, MOST_NAMED } from '../missing-shards.ts';
import type { Output } from '../output.ts';
import {
  checkPlaceOptions,
  type GivenPlaceOptions,
  placeOf,
  type PlaceOptions,
  withPlaceOptions,
} from '../place-options.ts';
import { type PlanOptions, planOf, previewOf, withPlanOptions } from '../plan-options.ts';
import { stopOnSignal } from '../run-in-terminal.ts';
import { analyseWhole } from '../shard-analyses.ts';
import { slurmProfile } from '../slurm-options.ts';
import { describeCollected, describeReports, describeShards } from '../submission-report.ts';

interface SubmitOptions extends PlanOptions, GivenPlaceOptions {
  readonly out: string;
}

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
    'local',
  ).action(async (place: Place | undefined, given: SubmitOptions) => {
    const options = placeOf(place === undefined ? given : { ...given, on: place }, { on: 'local' });
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
      await runShards(workbench, workbench.submissions.open(folder), options, output);
    } finally {
      workbench.close();
    }
  });
}

export function resubmitCommand(output: Output): Command {
  return withPlaceOptions(
    new Command('resubmit')
      .description(
        'Run the shards of a plan whose trainings are not all in the history and that nothing runs any more. Doing it twice is harmless.',
      )
      .argument('<folder>', 'the folder of the plan', userPath),
    'where shards of the plan were run last',
  ).action(async (folder: string, given: GivenPlaceOptions) => {
    const workbench = Workbench.open(given.dataDir);
    try {
      const { submissions } = workbench;
      const submitted = submissions.open(path.resolve(folder));
      const options = placeOf(given, submissions.usualRun(submitted));
      checkPlaceOptions(options);
      await runShards(workbench, submitted, options, output);
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
      'Merge what the shards of a plan have published, and show what has become of each: waiting, running, stopped, failed, silent (no sign of life for a minute), ended (nothing runs it, and trainings are missing), or done. When all trainings of a search are there, compute the analyses that its settings name.',
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
        const submitted = submissions.open(folder);
        const collected = await submitted.collect();
        noteMemory(submissions.remember(submitted), output);
        const reports = reportsOf(submitted, queuedIn(folder, output));
        if (!options.json) {
          output.result(`${describeCollected(collected)}\n${describeReports(reports)}`);
        }
        const analysesLeft = await analyseWhole(workbench, submitted, output);
        if (options.json) {
          output.result(JSON.stringify({ ...collected, reports, analysesLeft }));
        }
        const left = reports.filter(({ status }) => status !== 'done').length;
        if (options.strict && left + collected.refused.length + analysesLeft.length > 0) {
          throw new WorkbenchError(
            'unavailable',
            `${amount(left, 'shard')} of ${reports.length} are not done, ${amount(collected.refused.length, 'bundle')} were refused, and analyses of ${amount(analysesLeft.length, 'search', 'searches')} are left`,
            `Run what is missing with: ${submissions.resubmitCommand(submitted)}`,
          );
        }
      } finally {
        workbench.close();
      }
    });
}

/** Prints what would be planned and run. Nothing is saved. */
async function showPlan(
  folder: string,
  options: SubmitOptions & PlaceOptions,
  output: Output,
): Promise<void> {
  const { name, shards } = await previewOf(folder, options);
  output.note(describeShards(shards));
  const numbers = shards.map(({ number }) => number);
  printCommands({ folder, name, numbers, options, output });
}

/** Runs what is neither done nor run by anything already. */
async function runShards(
  workbench: Workbench,
  submitted: SubmittedPlan,
  options: PlaceOptions,
  output: Output,
): Promise<void> {
  const { submissions } = workbench;
  const { folder } = submitted;
  const { name } = submitted.plan;
  if (options.dryRun) {
    const reports = submitted.report(submitted.observe(queuedIn(folder, output)));
    printCommands({ folder, name, numbers: missingShards(reports, output), options, output });
    return;
  }
  const release = holdPlan(folder);
  try {
    await submitted.collect();
    const { on, template } = options;
    noteMemory(submissions.remember(submitted, { on, template }), output);
    // Without an answer, what waits in the queue would be run a second time.
    const reports = submitted.report(submitted.observe(queuedNow(folder)));
    const given = { folder, name, numbers: missingShards(reports, output), options, output };
    if (options.on === 'slurm') {
      submitShards(given);
      return;
    }
    await runHere(submitted, { ...given, resubmit: submissions.resubmitCommand(submitted) });
  } finally {
    release();
  }
  await analyseWhole(workbench, submitted, output);
}

/** @param problem why windows can't follow a plan. */
function noteMemory(problem: ErrorReport | undefined, output: Output): void {
  if (problem) output.note(`Warning: windows will not show the shards: ${problem.message}`);
}

interface ShardsToRun {
  readonly folder: string;
  /** The name of the plan. */
  readonly name: string;
  readonly numbers: readonly number[];
  readonly options: PlaceOptions;
  readonly output: Output;
}

interface ShardsToRunHere extends ShardsToRun {
  /** The command that runs what is left. */
  readonly resubmit: string;
}

function printCommands({ folder, name, numbers, options, output }: ShardsToRun): void {
  if (options.on === 'slurm') {
    const request = slurmRequest({ folder, name, numbers, options });
    const batches = slurmBatches(request, usableArraySize());
    const jobs = batches.map((_batch, index) => `JOB${index + 1}`);
    const sbatch = (given: readonly string[]): string => `sbatch ${given.map(quoted).join(' ')}`;
    for (const batch of batches) {
      const { script, text } = batch;
      output.result(`# ${script}\n${text}${sbatch(batchArguments(batch, jobs))}\n`);
    }
    if (batches.length > 0) output.result(sbatch(mergeArguments(request, jobs)));
  } else {
    const { workers = 1, template } = options;
    for (const number of numbers) {
      output.result(shellCommandOf({ folder, number, workers, template }));
    }
  }
  output.note('Nothing was saved, and nothing runs.');
}

/** @throws WorkbenchError `unavailable` if shards failed; `interrupted` if it was stopped. */
async function runHere(submitted: SubmittedPlan, given: ShardsToRunHere): Promise<void> {
  const { output } = given;
  try {
    await runEach(given);
  } catch (error) {
    try {
      await showCollected(submitted, output);
    } catch (second) {
      // What failed first says more.
      output.note(`Warning: ${messageOf(second)}`);
    }
    throw error;
  }
  await showCollected(submitted, output);
}

async function showCollected(submitted: SubmittedPlan, output: Output): Promise<void> {
  output.note(describeCollected(await submitted.collect()));
  output.result(describeReports(submitted.report()));
}

async function runEach({
  folder,
  numbers,
  options,
  output,
  resubmit,
}: ShardsToRunHere): Promise<void> {
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
      resubmit,
      signal,
      onEnd: (number, code) => {
        ended += 1;
        const how = code === 0 ? 'is done' : `has failed (${code}); see its log`;
        output.note(`Shard ${number} ${how}, ${ended} of ${numbers.length}.`);
      },
    });
    if (failed.length === 0) return;
    throw new WorkbenchError(
      'unavailable',
      `${amount(failed.length, 'shard')} of ${numbers.length} failed: ${failed.slice(0, MOST_NAMED).join(', ')}`,
      `See the logs in ${path.join(folder, 'logs')}, then run: ${resubmit}`,
    );
  } finally {
    forget();
  }
}

function slurmRequest({
  folder,
  name,
  numbers,
  options,
}: Omit<ShardsToRun, 'output'>): SlurmRequest {
  const profile = slurmProfile(options, options.profile === undefined ? lastProfile(folder) : {});
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

/** With what Slurm knows of shards that have ended. */
function reportsOf(
  submitted: SubmittedPlan,
  queued: ReadonlyMap<number, QueuedShard> | undefined,
): ShardReport[] {
  const reports = submitted.report(submitted.observe(queued));
  return withAccounts(reports, new SlurmAccounts().whyOf(submitted.folder, reports));
}

/**
 * What Slurm has of a plan; undefined if it has never had any of it.
 *
 * @throws WorkbenchError `unavailable` if Slurm does not answer.
 */
function queuedNow(folder: string): ReadonlyMap<number, QueuedShard> | undefined {
  return submittedJobs(folder).length === 0 ? undefined : queuedShards(folder);
}

/** As `queuedNow`; undefined, with a warning, if Slurm does not answer. */
function queuedIn(folder: string, output: Output): ReadonlyMap<number, QueuedShard> | undefined {
  try {
    return queuedNow(folder);
  } catch (error) {
    output.note(`Warning: ${messageOf(error)}`);
    return undefined;
  }
}
