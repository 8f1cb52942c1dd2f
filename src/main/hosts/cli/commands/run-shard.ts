import path from 'node:path';
import { Command } from 'commander';
import { runShard } from '../../../workbench/cluster/run-shard.ts';
import { userPath, wholeNumber, workersOption } from '../options.ts';
import type { Output } from '../output.ts';
import { stopOnSignal } from '../run-in-terminal.ts';
import { followSearch } from '../search-report.ts';

interface RunShardCommandOptions {
  readonly dataDir?: string;
  readonly workers?: number;
  readonly quiet?: true;
}

export function runShardCommand(output: Output): Command {
  return new Command('run-shard')
    .description(
      'Run one shard of a plan ("ticket plan"), in a data directory of its own, and publish what it has trained as a bundle in the folder of the plan. Run again, it continues.',
    )
    .argument('<folder>', 'the folder of the plan', userPath)
    .argument('<number>', 'the number of the shard, counted from 1', (text: string) =>
      wholeNumber(text, 1),
    )
    .option(
      '--data-dir <folder>',
      'data directory on a local disk; by default a temporary one, which is removed when the shard is done',
      userPath,
    )
    .addOption(workersOption())
    .option('--quiet', 'print nothing')
    .action(async (folder: string, number: number, options: RunShardCommandOptions) => {
      const { signal, forget } = stopOnSignal(output, true);
      const follow = options.quiet ? () => undefined : followSearch(output);
      try {
        await runShard({
          folder: path.resolve(folder),
          number,
          dataDirectory: options.dataDir,
          workers: options.workers,
          signal,
          onEvent: (_searchId, event) => {
            follow(event);
          },
        });
        output.note(`Shard ${number} is done.`);
      } finally {
        forget();
      }
    });
}
