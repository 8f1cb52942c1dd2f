import { Command, Option } from 'commander';
import { setupStatus } from '../../../../../provision/setup-status.mjs';
import { removeTensorFlow } from '../../../../../provision/tensorflow.mjs';
import { megabytes } from '../format.ts';
import { userPath } from '../options.ts';
import type { Output } from '../output.ts';
import { provisioning, setUpTensorFlow } from '../provide-tensorflow.ts';

interface Options {
  readonly from?: string;
  readonly download?: true;
  readonly remove?: true;
  readonly json?: true;
}

type Status = Awaited<ReturnType<typeof setupStatus>>;

export function tensorflowCommand(output: Output): Command {
  return new Command('tensorflow')
    .description('Show whether TensorFlow is set up, set it up, or remove it.')
    .addOption(
      new Option(
        '--from <path>',
        'set it up from a folder or file on this machine, without a network',
      )
        .argParser(userPath)
        .conflicts(['download', 'remove']),
    )
    .addOption(
      new Option(
        '--download',
        'download it and set it up; continues a download that was stopped',
      ).conflicts(['remove']),
    )
    .option('--remove', 'remove it for this user; searches stay')
    .option('--json', 'print JSON')
    .action(async ({ from, download, remove, json }: Options) => {
      if (remove) {
        const removed = await provisioning(() => removeTensorFlow());
        for (const folder of removed) output.note(`Removed ${folder}.`);
      }
      if (from !== undefined || download) await setUpTensorFlow(from);
      const status = await provisioning(() => setupStatus());
      output.result(json ? JSON.stringify(status, null, 2) : describe(status));
    });
}

function describe(status: Status): string {
  const { state, version, route, directory, bytes = 0, problem, isBusy } = status;
  switch (state) {
    case 'installed':
      return [
        `TensorFlow  ${version ?? ''}, ${route === 'wheel' ? 'from its Python wheel' : "tfjs-node's own"}`,
        `Folder      ${directory}`,
        `Size        ${megabytes(bytes)}`,
      ].join('\n');
    case 'damaged':
    case 'missing':
      return [
        state === 'missing'
          ? 'TensorFlow  not set up: only searches on the sparse engine can run'
          : `TensorFlow  damaged: ${problem ?? ''}`,
        ...(isBusy ? ['            Another process is setting it up.'] : []),
        `Folder      ${directory}`,
        ...describeNeeds(status),
        'Set it up with "ticket tensorflow --download", or from a folder or file: --from PATH.',
      ].join('\n');
  }
}

function describeNeeds({ needs }: Status): string[] {
  const { source, downloadBytes, downloadedBytes, diskBytes, freeBytes, needsCompiler } = needs;
  const size = downloadBytes === undefined ? '' : `${megabytes(downloadBytes)} `;
  const already = downloadedBytes === 0 ? '' : `, ${megabytes(downloadedBytes)} of it are here`;
  return [
    `Download    ${size}from ${source}${already}`,
    ...(diskBytes === undefined
      ? []
      : [
          `Disk        ${megabytes(diskBytes)}${freeBytes === undefined ? '' : `; ${megabytes(freeBytes)} are free`}`,
        ]),
    ...(needsCompiler ? ['Compiler    a C++ compiler is needed too'] : []),
  ];
}
