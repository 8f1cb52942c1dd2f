import { zipSync, type Zippable } from 'fflate';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { AnyProgram, ProgramFile } from './programs/program.ts';

/** The earliest time a zip entry can have. It is fixed, so that equal data give equal bytes. */
export const ENTRY_TIME = new Date(1980, 0, 1);

/** Weights at density 0.21 are compressed to 0.33; the default level 6 gives 0.32 in twice the time. */
export const DEFLATE_LEVEL = 3;

/** The limit of zip files without the 64-bit extension, which fflate does not write. */
export const LARGEST_ARCHIVE = 2 ** 32 - 1;

/** The only file of a program, or its folder as a zip file. */
export function zipped(
  { id, single }: AnyProgram,
  files: readonly ProgramFile[],
): readonly ProgramFile[] {
  return single ? files : [{ path: `${id}.zip`, bytes: zipOfFiles(files) }];
}

export function zipOfFiles(files: readonly ProgramFile[]): Uint8Array {
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size > LARGEST_ARCHIVE) {
    throw new WorkbenchError(
      'invalid-argument',
      `${size} bytes of files do not fit a zip file, which holds up to ${LARGEST_ARCHIVE}`,
      'Export them as a folder, with "ticket export" and a name that does not end in .zip.',
    );
  }
  const entries: Zippable = Object.fromEntries(files.map(({ path, bytes }) => [path, bytes]));
  return zipSync(entries, { level: DEFLATE_LEVEL, mtime: ENTRY_TIME });
}
