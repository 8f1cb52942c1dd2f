/**
 * Makes the command `ticket` known to the user's terminal: a small script in a folder that programs are
 * looked for in, which runs the installed application's own `ticket`. It needs no rights of an
 * administrator, and one deletes the script to undo it.
 */
import { accessSync, constants, existsSync, lstatSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { MessageBoxOptions } from 'electron';
import { writeFileAtomically } from '../../../../provision/atomic-file.mjs';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';

/** The installed application, and the user's machine. */
export interface CommandInstallation {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The application's own script: `<resources>/bin/ticket`, `ticket.cmd` on Windows. */
  readonly launcher: string;
  /** Default: the folder for programs of all users of a Mac. */
  readonly sharedFolder?: string;
}

export interface InstalledCommand {
  readonly file: string;
  /** Whether a terminal finds it. */
  readonly isOnPath: boolean;
}

/** Whoever finds the file knows whose it is. A file without it is somebody else's. */
const MARK = 'Made by Ticket Workbench. Delete this file to remove the command.';

/** Where a Debian package puts the command. */
const SYSTEM_COMMAND = '/usr/bin/ticket';

/** Not in a clone, and not where the system's package has brought the command. */
export function canInstallCommand(
  isPackaged: boolean,
  { platform, launcher }: Pick<CommandInstallation, 'platform' | 'launcher'>,
  systemCommand = SYSTEM_COMMAND,
): boolean {
  return isPackaged && existsSync(launcher) && !(platform === 'linux' && existsSync(systemCommand));
}

/**
 * @throws WorkbenchError `conflict` if there is a file of that name that somebody else made;
 *   `store-failed` if it can't be written.
 */
export function installCommand(installation: CommandInstallation): InstalledCommand {
  const file = placeOf(installation);
  if (lstatSync(file, { throwIfNoEntry: false }) && !isOurs(file)) {
    throw new WorkbenchError(
      'conflict',
      `${file} exists already, and Ticket Workbench did not make it`,
      'Rename or delete it, then try again.',
    );
  }
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileAtomically(file, scriptFor(installation), { mode: 0o755 });
  } catch (cause) {
    throw new WorkbenchError(
      'store-failed',
      `${file} can't be written: ${messageOf(cause)}`,
      'Allow writing to its folder, then try again.',
      { cause },
    );
  }
  return { file, isOnPath: isOnPath(path.dirname(file), installation) };
}

/** Says what was done, and how to undo it. */
export function installedMessage({ file, isOnPath: isFound }: InstalledCommand): MessageBoxOptions {
  const folder = path.dirname(file);
  const how = isFound
    ? 'Open a new terminal and type: ticket --help'
    : `Your terminal does not look for programs in ${folder} yet. Add it to PATH, or type the whole path.`;
  return {
    type: 'info',
    title: 'Ticket Workbench',
    message: 'The command “ticket” is installed.',
    detail: `${how}\n\nIt is the file ${file}\nDelete that file to remove the command.`,
    buttons: ['OK'],
  };
}

function placeOf({ platform, home, environment, sharedFolder }: CommandInstallation): string {
  if (platform === 'win32') {
    const local = environment['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local');
    // Windows looks for programs here, and every user may write into it.
    return path.join(local, 'Microsoft', 'WindowsApps', 'ticket.cmd');
  }
  if (platform === 'darwin') {
    const shared = sharedFolder ?? '/usr/local/bin';
    if (isWritable(shared)) return path.join(shared, 'ticket');
  }
  return path.join(home, '.local', 'bin', 'ticket');
}

function scriptFor({ platform, environment, launcher }: CommandInstallation): string {
  if (platform === 'win32') {
    return `@echo off\r\nrem ${MARK}\r\n"${launcher.replaceAll('%', '%%')}" %*\r\n`;
  }
  const image = environment['APPIMAGE'];
  if (image !== undefined && image !== '') return imageScript(image);
  return `#!/bin/sh\n# ${MARK}\nexec ${quoted(launcher)} "$@"\n`;
}

/**
 * An AppImage is mounted only while it runs, each time at another place. So the script mounts it for the
 * command, and unmounts it afterwards. Ctrl-C reaches the command, which ends in its own time.
 */
function imageScript(image: string): string {
  return `#!/bin/sh
# ${MARK}
image=${quoted(image)}
if [ ! -x "$image" ]; then
  echo "error: there is no $image. Start Ticket Workbench and install the command again." >&2
  exit 1
fi
place=$(mktemp) || exit 1
(trap '' INT HUP; exec "$image" --appimage-mount >"$place") &
mount=$!
trap 'kill "$mount" 2>/dev/null; rm -f "$place"' EXIT
while [ ! -s "$place" ]; do
  kill -0 "$mount" 2>/dev/null || { echo "error: $image can't be mounted." >&2; exit 1; }
  sleep 0.05
done
trap : INT
"$(head -n 1 "$place")/resources/bin/ticket" "$@"
`;
}

/** For a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function isOurs(file: string): boolean {
  try {
    return readFileSync(file, 'utf8').includes(MARK);
  } catch {
    return false;
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function isOnPath(folder: string, { platform, environment }: CommandInstallation): boolean {
  const separator = platform === 'win32' ? ';' : ':';
  const folders = (environment['PATH'] ?? environment['Path'] ?? '').split(separator);
  return folders.some((each) => each !== '' && path.resolve(each) === path.resolve(folder));
}
