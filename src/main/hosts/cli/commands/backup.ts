import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { backUp, restore } from '../../../workbench/backups.ts';
import { dataDirectory } from '../../../workbench/data-directory.ts';
import { dataDirOption } from '../options.ts';
import type { Output } from '../output.ts';

export function backupCommand(output: Output): Command {
  return new Command('backup')
    .description(
      'Write a checked copy of all searches, also while some of them run. Do not copy the file yourself: a part of it may be in its log.',
    )
    .argument('[file]', 'the file to write; by default one with the date in the folder backups')
    .addOption(dataDirOption())
    .action((file: string | undefined, options: { dataDir?: string }) => {
      const written = backUp(dataDirectory(options.dataDir), file && path.resolve(file));
      output.result(written);
    });
}

export function restoreCommand(output: Output): Command {
  return new Command('restore')
    .description(
      'Put a backup in the place of all searches. What was there is kept beside it. Close every window and search first.',
    )
    .argument('<file>', 'the backup, which stays as it is')
    .addOption(dataDirOption())
    .action((file: string, options: { dataDir?: string }) => {
      const directory = dataDirectory(options.dataDir);
      if (!existsSync(file)) {
        throw new WorkbenchError('invalid-argument', `there is no file ${file}`);
      }
      const { searches, previous } = restore(directory, path.resolve(file));
      output.result(
        `Restored ${searches} ${searches === 1 ? 'search' : 'searches'} to ${directory}.`,
      );
      if (previous !== undefined) output.note(`What was there before is in ${previous}.`);
    });
}
