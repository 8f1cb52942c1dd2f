import { Command } from 'commander';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, workersOption } from '../options.ts';
import type { Output } from '../output.ts';
import { runInTerminal, type RunOptions } from '../run-in-terminal.ts';
import { runSweepInTerminal } from '../sweep-report.ts';

export function resumeCommand(output: Output): Command {
  return new Command('resume')
    .description('Go on with a search or a sweep that was stopped; it ends with the same numbers.')
    .argument('<id>', 'the search or sweep, or the beginning of its id')
    .addOption(dataDirOption())
    .addOption(workersOption())
    .option('--json', 'one JSON event a line on stdout, the last one the result')
    .option('--quiet', 'nothing but the result')
    .action(async (id: string, options: RunOptions & { dataDir?: string }) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        const sweep = workbench.history.findSweep(id);
        if (sweep) {
          await runSweepInTerminal(workbench, sweep.id, options, output);
          return;
        }
        await runInTerminal(workbench, workbench.history.get(id).id, options, output);
      } finally {
        workbench.close();
      }
    });
}
