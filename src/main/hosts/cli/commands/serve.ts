import path from 'node:path';
import process from 'node:process';
import { Command, Option } from 'commander';
import { openService } from '../../../workbench/service.ts';
import { hasDisplay, openInBrowser } from '../../browser/open-browser.ts';
import { KnownWindows } from '../../browser/known-windows.ts';
import { startBrowserHost } from '../../browser/server.ts';
import { StaticFiles } from '../../browser/static-files.ts';
import { dataDirOption, wholeNumber } from '../options.ts';
import type { Output } from '../output.ts';

interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly open?: true;
  readonly window: string;
  readonly dataDir?: string;
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

export function serveCommand(output: Output): Command {
  return new Command('serve')
    .description('Serve the window to a browser on this machine, and run the searches it starts.')
    .option(
      '--port <n>',
      'where to listen; by default where it did the last time, else one that is free',
      (text) => wholeNumber(text, 0),
      0,
    )
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--open', 'open the browser')
    .addOption(
      new Option('--window <folder>', 'where the built window is')
        .default(path.resolve(import.meta.dirname, '../../../../../out/renderer'))
        .hideHelp(),
    )
    .addOption(dataDirOption())
    .action(async (options: ServeOptions) => {
      const stopped = untilStopped(output);
      const files = StaticFiles.read(options.window);
      const service = openService({
        dataDirectory: options.dataDir,
        host: {
          kind: 'browser',
          // The page shows the warning; there is nothing outside the page that could ask.
          confirmPlugIns: () => Promise.resolve(true),
        },
        onError: (message) => {
          output.note(`error: ${message}`);
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
            output.note(`For another browser: ${address}`);
          },
        });
        try {
          output.note(`Ticket Workbench, with searches in ${service.dataDirectory}, is at`);
          output.result(host.address);
          output.note('The address opens one browser. Stop with Ctrl-C.');
          if (!LOOPBACK.includes(options.host)) {
            output.note(
              `Everyone who reaches ${options.host} can knock at this door, and what passes through it is not encrypted. A tunnel is safer: ssh -L ${host.port}:127.0.0.1:${host.port} …`,
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

async function open(address: string, output: Output): Promise<void> {
  if (hasDisplay() && (await openInBrowser(address))) return;
  output.note('There is no browser to open here: open the address yourself.');
}

/** Resolves at the first signal; a second one ends the process at once. */
function untilStopped(output: Output): Promise<void> {
  return new Promise((resolve) => {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    const onSignal = (): void => {
      for (const signal of signals) process.off(signal, onSignal);
      output.note('Closing. Running searches go on at the next start.');
      resolve();
    };
    for (const signal of signals) process.on(signal, onSignal);
  });
}
