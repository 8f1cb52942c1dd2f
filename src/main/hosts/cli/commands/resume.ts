import { Command } from 'commander';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, workersOption } from '../options.ts';
import type { Output } from '../output.ts';
import { runInTerminal, type RunOptions } from '../run-in-terminal.ts';
import { runSweepInTerminal } from '../sweep-report.ts';

export function resumeCommand(output: Output): Command {
  return new Command('resume')
    .description('Continue a search or sweep that was stopped. It ends with the same numbers.')
    .argument('<id>', 'id of the search or sweep, or its beginning')
    .addOption(dataDirOption())
    .addOption(workersOption())
    .option('--json', 'print events as JSON lines; the last one is the result')
    .option('--quiet', 'print only the result')
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
