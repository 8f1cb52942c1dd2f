import path from 'node:path';
import process from 'node:process';
import { Command, Option } from 'commander';
import { ProvisioningError } from '../../../../../provision/provisioning-error.mjs';
import { buildWindow } from '../../../../../provision/window-build.mjs';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { openService } from '../../../workbench/service.ts';
import { hasDisplay, openInBrowser } from '../../browser/open-browser.ts';
import { KnownWindows } from '../../browser/known-windows.ts';
import { startBrowserHost } from '../../browser/server.ts';
import { StaticFiles } from '../../browser/static-files.ts';
import { installedParts } from '../../installed-parts.ts';
import { dataDirOption, wholeNumber } from '../options.ts';
import type { Output } from '../output.ts';
import { plainMessage } from '../plain-text.ts';

interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly open?: true;
  readonly window?: string;
  readonly dataDir?: string;
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

export function serveCommand(output: Output): Command {
  return new Command('serve')
    .description('Serve the window to a browser on this machine and run the searches it starts.')
    .option(
      '--port <n>',
      'port to listen on; by default the last one used, or a free one',
      (text) => wholeNumber(text, 0),
      0,
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--open', 'open the browser')
    .addOption(new Option('--window <folder>', 'folder with the built window').hideHelp())
    .addOption(dataDirOption())
    .action(async (options: ServeOptions) => {
      const stopped = untilStopped(output);
      const files = StaticFiles.read(options.window ?? (await builtWindow(output)));
      const service = openService({
        dataDirectory: options.dataDir,
        host: {
          kind: 'browser',
          ...installedParts(),
          // The page shows the warning; there is nothing outside the page that could ask.
          confirmPlugIns: () => Promise.resolve(true),
        },
        onError: (message) => {
          output.note(`error: ${plainMessage(message)}`);
        },
      });
      try {
        const host = await startBrowserHost({
          host: options.host,
          port: options.port,
          files,
          windows: new KnownWindows(path.join(service.dataDirectory, 'windows.json')),
          service,
          onAddress: (address) => {
            output.note(`To open another browser: ${address}`);
          },
        });
        try {
          output.note(`Ticket Workbench is ready, with searches in ${service.dataDirectory}. Open`);
          output.result(host.address);
          output.note('This address works in one browser. Stop with Ctrl-C.');
          if (!LOOPBACK.includes(options.host)) {
            output.note(
              `Anyone who can reach ${options.host} can try to sign in, and the connection is not encrypted. A tunnel is safer: ssh -L ${host.port}:127.0.0.1:${host.port} …`,
            );
          }
          if (options.open) await open(host.address, output);
          await stopped;
        } finally {
          await host.close();
        }
      } finally {
        await service.close();
      }
    });
}

/** @returns the folder of the window, which is built if it is missing or older than its sources. */
async function builtWindow(output: Output): Promise<string> {
  try {
    return await buildWindow({ note: output.note });
  } catch (cause) {
    if (!(cause instanceof ProvisioningError)) throw cause;
    throw new WorkbenchError('unavailable', cause.message, cause.hint, { cause });
  }
}

async function open(address: string, output: Output): Promise<void> {
  if (hasDisplay() && (await openInBrowser(address))) return;
  output.note('No browser can be opened here. Open the address yourself.');
}

/** Resolves at the first signal; a second one ends the process at once. */
function untilStopped(output: Output): Promise<void> {
  return new Promise((resolve) => {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    const onSignal = (): void => {
      for (const signal of signals) process.off(signal, onSignal);
      output.note('Closing. Running searches continue at the next start.');
      resolve();
    };
    for (const signal of signals) process.on(signal, onSignal);
  });
}
