import process from 'node:process';
import { Option } from 'commander';

const FLAG = '--plugins';

/** An option of every command. */
export const plugInsOption = (): Option =>
  new Option(
    `${FLAG} <folder>`,
    'load the plug-ins of a folder: programs that run with your rights (also TICKET_PLUGINS)',
  );

/**
 * The folder as the arguments say, else as the environment does. Commands are made from what plug-ins
 * define, so this is read before there are commands that could read it.
 */
export function chosenPlugInFolder(argv: readonly string[]): string | undefined {
  const joined = argv.find((argument) => argument.startsWith(`${FLAG}=`));
  if (joined !== undefined) return joined.slice(FLAG.length + 1);
  const at = argv.indexOf(FLAG);
  if (at >= 0) return argv[at + 1];
  const fromEnvironment = process.env['TICKET_PLUGINS'];
  return fromEnvironment === '' ? undefined : fromEnvironment;
}
