import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { BackupFile } from '../../../../shared/contract/records/backups.ts';
import { backUp, backupFolder, listBackups, restore } from '../../../workbench/backups/backups.ts';
import { absolutePath, dataDirectory } from '../../../workbench/data-directory.ts';
import { dataDirOption } from '../options.ts';
import type { Output } from '../output.ts';
import { table } from '../table.ts';

export function backupCommand(output: Output): Command {
  return new Command('backup')
    .description(
      'Write a checked copy of all searches, also while some of them run. Do not copy the file yourself: a part of it may be in its log.',
    )
    .argument('[file]', 'the file to write; by default one with the date in the folder backups')
    .addOption(dataDirOption())
    .action((file: string | undefined, options: { dataDir?: string }) => {
      const target = file === undefined ? undefined : absolutePath(file);
      output.result(backUp(dataDirectory(options.dataDir), target).file);
    });
}

export function restoreCommand(output: Output): Command {
  return new Command('restore')
    .description(
      'Put a backup in the place of all searches. What was there is kept beside it. Close every window and search first. Without a file, list the backups of the folder backups.',
    )
    .argument('[file]', 'the backup, which stays as it is')
    .addOption(dataDirOption())
    .action((file: string | undefined, options: { dataDir?: string }) => {
      const directory = dataDirectory(options.dataDir);
      if (file === undefined) {
        output.result(describeBackups(directory));
        return;
      }
      if (!existsSync(absolutePath(file))) {
        throw new WorkbenchError(
          'invalid-argument',
          `there is no file ${file}`,
          'Run "ticket restore" without a file to list the backups of the data directory.',
        );
      }
      const { searches, previous } = restore(directory, absolutePath(file));
      output.result(
        `Restored ${searches} ${searches === 1 ? 'search' : 'searches'} to ${directory}.`,
      );
      if (previous !== undefined) output.note(`What was there before is in ${previous}.`);
    });
}

function describeBackups(directory: string): string {
  const folder = backupFolder(directory);
  const backups = listBackups(directory);
  if (backups.length === 0)
    return `There are no backups in ${folder}. Make one with: ticket backup`;
  return table<BackupFile>(
    [
      { heading: 'Backup', text: ({ name }) => path.join(folder, name) },
      { heading: 'Size', align: 'right', text: ({ bytes }) => `${(bytes / 1e6).toFixed(1)} MB` },
      {
        heading: 'Written (UTC)',
        text: ({ at }) => new Date(at).toISOString().slice(0, 16).replace('T', ' '),
      },
    ],
    backups,
  );
}
