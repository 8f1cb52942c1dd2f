/** The command `ticket`. Every subcommand is a file in commands/. */
import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { chosenPlugInFolder } from '../../workbench/plug-ins/chosen-folder.ts';
import { loadPlugInFolder } from '../../workbench/plug-ins/folder.ts';
import { dataDirectory, usualDataDirectory } from '../../workbench/data-directory.ts';
import { WORKBENCH_VERSION } from '../../workbench/environment.ts';
import { CrashReports, reportUncaughtErrors } from '../../workbench/logs/crash-reports.ts';
import { LogFile, logFolder } from '../../workbench/logs/log-file.ts';
import { runningSearches } from '../../workbench/running/running-ids.ts';
import { analyseCommand } from './commands/analyse.ts';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { benchCommand } from './commands/bench.ts';
import { cancelCommand } from './commands/cancel.ts';
import { catalogCommand } from './commands/catalog.ts';
import { datasetsCommand } from './commands/datasets.ts';
import { deleteCommand } from './commands/delete.ts';
import { doctorCommand } from './commands/doctor.ts';
import { exportCommand } from './commands/export.ts';
import { extendCommand } from './commands/extend.ts';
import { importMaskCommand } from './commands/import-mask.ts';
import { mergeCommand } from './commands/merge.ts';
import { overlapCommand } from './commands/overlap.ts';
import { planCommand } from './commands/plan.ts';
import { presetsCommand } from './commands/presets.ts';
import { reproduceCommand } from './commands/reproduce.ts';
import { resumeCommand } from './commands/resume.ts';
import { runShardCommand } from './commands/run-shard.ts';
import { runsCommand } from './commands/runs.ts';
import { searchCommand } from './commands/search.ts';
import { serveCommand } from './commands/serve.ts';
import { showCommand } from './commands/show.ts';
import { storageCommand } from './commands/storage.ts';
import { jobsCommand, resubmitCommand, submitCommand } from './commands/submit.ts';
import { sweepCommand } from './commands/sweep.ts';
import { tensorflowCommand } from './commands/tensorflow.ts';
import { trashCommand } from './commands/trash.ts';
import { verifyCommand } from './commands/verify.ts';
import { plugInsOption } from './plug-ins-option.ts';
import { exitCodeOf, EXIT_FAILED, EXIT_NO_READER, EXIT_WRONG_USE } from './exit-codes.ts';
import { type Output, processOutput } from './output.ts';
import { plainMessage, plainText } from './plain-text.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';

/** The commands that do nothing but print. */
const PRINTING = [
  'runs',
  'show',
  'overlap',
  'catalog',
  'presets',
  'datasets',
  'doctor',
  'trash',
  'storage',
];

/**
 * Runs a command on the streams of this process.
 *
 * @returns the exit code. A command that does work (a search, an export…) finishes it without a
 *   reader, and its exit code is that of the work.
 */
export async function mainOfProcess(argv: readonly string[]): Promise<number> {
  const output = processOutput();
  reportUncaughtErrors('ticket', () => crashReports(argv), runningSearches);
  const { code, command } = await run(argv, output);
  const { wasRead, failure } = await output.ended();
  if (code !== 0) return code;
  if (failure) {
    output.note(`error: the results can't be written: ${failure.message}`);
    return EXIT_FAILED;
  }
  const onlyPrints = command === undefined || PRINTING.includes(command);
  return wasRead || !onlyPrints ? 0 : EXIT_NO_READER;
}

export async function main(argv: readonly string[], output: Output): Promise<number> {
  const { code } = await run(argv, output);
  return code;
}

interface EndedCommand {
  readonly code: number;
  /** The subcommand that ran; undefined if only help was printed. */
  readonly command: string | undefined;
}

async function run(argv: readonly string[], output: Output): Promise<EndedCommand> {
  const program = new Command('ticket')
    .description('Find, judge and keep winning tickets of the Lottery Ticket Hypothesis.')
    .version(WORKBENCH_VERSION)
    .addOption(plugInsOption())
    .configureOutput({
      writeOut: (text) => process.stdout.write(plainText(text)),
      writeErr: (text) => process.stderr.write(plainText(text)),
    })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('Run with --help to list the options.')
    .exitOverride();
  // Before there are commands: they list what can be chosen.
  try {
    const folder = chosenPlugInFolder(argv);
    if (folder !== undefined) loadPlugInFolder(folder);
  } catch (error) {
    reportError(error, argv, output);
    return { code: exitCodeOf(error), command: undefined };
  }
  const commands = [
    searchCommand,
    sweepCommand,
    reproduceCommand,
    resumeCommand,
    extendCommand,
    serveCommand,
    runsCommand,
    showCommand,
    analyseCommand,
    overlapCommand,
    importMaskCommand,
    mergeCommand,
    planCommand,
    submitCommand,
    resubmitCommand,
    jobsCommand,
    cancelCommand,
    runShardCommand,
    verifyCommand,
    exportCommand,
    deleteCommand,
    trashCommand,
    storageCommand,
    backupCommand,
    restoreCommand,
    catalogCommand,
    presetsCommand,
    datasetsCommand,
    benchCommand,
    tensorflowCommand,
    doctorCommand,
  ];
  for (const create of commands) {
    const command = create(output).copyInheritedSettings(program);
    for (const inner of command.commands) inner.copyInheritedSettings(command);
    program.addCommand(command);
  }
  let command: string | undefined;
  program.hook('preAction', (_, subcommand) => {
    command = subcommand.name();
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return { code: 0, command };
  } catch (error) {
    if (error instanceof CommanderError) {
      return { code: error.exitCode === 0 ? 0 : EXIT_WRONG_USE, command };
    }
    reportError(error, argv, output);
    return { code: exitCodeOf(error), command };
  }
}

/** A mistake of the program is written to a report, which the user can attach. */
function reportError(error: unknown, argv: readonly string[], output: Output): void {
  if (!(error instanceof WorkbenchError)) {
    output.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const what = 'ticket failed by a mistake of the program';
    const file = crashReports(argv).write({ what, error, searches: runningSearches() });
    if (file !== undefined)
      output.note(`This is a mistake of the program. A report is in ${file}.`);
    return;
  }
  const message = plainMessage(error.message);
  output.note(error.code === 'interrupted' ? message : `error: ${message}`);
  if (error.hint !== undefined) output.note(plainMessage(error.hint));
}

/** In the folder of the log of the data directory that the arguments name. */
function crashReports(argv: readonly string[]): CrashReports {
  const flag = '--data-dir';
  const joined = argv.find((argument) => argument.startsWith(`${flag}=`));
  const at = argv.indexOf(flag);
  const named = joined?.slice(flag.length + 1) ?? (at < 0 ? undefined : argv[at + 1]);
  const log = new LogFile(logFolder(directoryFor(named)), { process: 'ticket' });
  return new CrashReports(log, {
    'Ticket Workbench': WORKBENCH_VERSION,
    Node: process.versions.node,
  });
}

/** An unusable path is what the command complains of itself; a report then goes to the usual place. */
function directoryFor(named: string | undefined): string {
  try {
    return dataDirectory(named);
  } catch {
    return usualDataDirectory();
  }
}

if (import.meta.main) {
  process.exitCode = await mainOfProcess(process.argv.slice(2));
}
