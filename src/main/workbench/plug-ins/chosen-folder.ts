import process from 'node:process';

export const PLUG_INS_FLAG = '--plugins';

/** As the flag, for processes that are started by ours. */
export const PLUG_INS_VARIABLE = 'TICKET_PLUGINS';

/**
 * The folder as the arguments say, else as the environment does. It is read before there is anything
 * that could parse options: what plug-ins define becomes part of the options.
 */
export function chosenPlugInFolder(argv: readonly string[]): string | undefined {
  const joined = argv.find((argument) => argument.startsWith(`${PLUG_INS_FLAG}=`));
  if (joined !== undefined) return joined.slice(PLUG_INS_FLAG.length + 1);
  const at = argv.indexOf(PLUG_INS_FLAG);
  if (at >= 0) return argv[at + 1];
  const fromEnvironment = process.env[PLUG_INS_VARIABLE];
  return fromEnvironment === '' ? undefined : fromEnvironment;
}
