/** The command `ticket`. Every subcommand is a file in commands/. */
import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { chosenPlugInFolder } from '../../workbench/plug-ins/chosen-folder.ts';
import { loadPlugInFolder } from '../../workbench/plug-ins/folder.ts';
import { WORKBENCH_VERSION } from '../../workbench/environment.ts';
import { analyseCommand } from './commands/analyse.ts';
import { benchCommand } from './commands/bench.ts';
import { catalogCommand } from './commands/catalog.ts';
import { datasetsCommand } from './commands/datasets.ts';
import { deleteCommand } from './commands/delete.ts';
import { doctorCommand } from './commands/doctor.ts';
import { exportCommand } from './commands/export.ts';
import { overlapCommand } from './commands/overlap.ts';
import { presetsCommand } from './commands/presets.ts';
import { resumeCommand } from './commands/resume.ts';
import { runsCommand } from './commands/runs.ts';
import { searchCommand } from './commands/search.ts';
import { serveCommand } from './commands/serve.ts';
import { showCommand } from './commands/show.ts';
import { sweepCommand } from './commands/sweep.ts';
import { plugInsOption } from './plug-ins-option.ts';
import { exitCodeOf, EXIT_WRONG_USE } from './exit-codes.ts';
import { type Output, processOutput } from './output.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';

export async function main(argv: readonly string[], output: Output): Promise<number> {
  const program = new Command('ticket')
    .description('Find, judge and keep winning tickets of the Lottery Ticket Hypothesis.')
    .version(WORKBENCH_VERSION)
    .addOption(plugInsOption())
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('Run with --help to list the options.')
    .exitOverride();
  // Before there are commands: they list what can be chosen.
  try {
    const folder = chosenPlugInFolder(argv);
    if (folder !== undefined) loadPlugInFolder(folder);
  } catch (error) {
    reportError(error, output);
    return exitCodeOf(error);
  }
  const commands = [
    searchCommand,
    sweepCommand,
    resumeCommand,
    serveCommand,
    runsCommand,
    showCommand,
    analyseCommand,
    overlapCommand,
    exportCommand,
    deleteCommand,
    catalogCommand,
    presetsCommand,
    datasetsCommand,
    benchCommand,
    doctorCommand,
  ];
  for (const create of commands) {
    const command = create(output).copyInheritedSettings(program);
    for (const inner of command.commands) inner.copyInheritedSettings(command);
    program.addCommand(command);
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_WRONG_USE;
    reportError(error, output);
    return exitCodeOf(error);
  }
}

function reportError(error: unknown, output: Output): void {
  if (!(error instanceof WorkbenchError)) {
    output.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return;
  }
  output.note(error.code === 'interrupted' ? error.message : `error: ${error.message}`);
  if (error.hint !== undefined) output.note(error.hint);
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2), processOutput());
}
