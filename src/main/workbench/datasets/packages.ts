/** Downloads datasets that are packages, with the registry's own client as it is set up on this machine. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runCommand } from '../../../../provision/command.mjs';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { isPlainObject } from '../../../shared/contract/json.ts';
import { downloadFile } from './http-download.ts';
import type { OnProgress } from './progress.ts';

const CLIENT_MILLISECONDS = 10 * 60_000;

interface PackageRequest {
  /** The folder for the archive. */
  readonly folder: string;
  readonly bytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: OnProgress;
}

/**
 * Downloads the archive of an npm package. npm tells its address, so that the download can be continued.
 *
 * @returns the path of the archive.
 * @throws WorkbenchError `unavailable`; `invalid-data` if its checksum is not the registry's.
 */
export async function downloadNpmPackage(
  name: string,
  version: string,
  { folder, bytes, signal, onProgress }: PackageRequest,
): Promise<string> {
  onProgress({ step: `asking npm for ${name}@${version}` });
  const said = await runClient(
    'npm',
    ['view', `${name}@${version}`, 'dist.tarball', 'dist.integrity', '--json'],
    signal,
  );
  const { url, integrity } = archiveOf(said, `${name}@${version}`);
  const path = join(folder, `${name}-${version}.tgz`);
  await downloadFile({ url, path, expectedBytes: bytes, signal, onProgress });
  await checkIntegrity(path, integrity);
  return path;
}

function archiveOf(said: string, what: string): { url: string; integrity: string } {
  try {
    const answer: unknown = JSON.parse(said);
    const fields: Readonly<Record<string, unknown>> = isPlainObject(answer) ? answer : {};
    const { 'dist.tarball': url, 'dist.integrity': integrity } = fields;
    if (typeof url === 'string' && typeof integrity === 'string') return { url, integrity };
  } catch {
    // Reported below.
  }
  throw new WorkbenchError('unavailable', `npm gives no address for ${what}: ${said.trim()}`);
}

/** @param integrity one or more of `sha512-` and a hash in base 64. One of them must match. */
async function checkIntegrity(path: string, integrity: string): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(path), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (integrity.split(/\s+/).includes(found)) return;
  await rm(path, { force: true });
  throw new WorkbenchError(
    'invalid-data',
    `${path}: its checksum is ${found}; expected ${integrity}, as the registry says`,
    'It was damaged in transit and has been deleted; try again.',
  );
}

/**
 * Downloads and unpacks a Debian package without installing it.
 *
 * @returns the folder of its files.
 * @throws WorkbenchError `unavailable` if there is no apt, or it can't download the package.
 */
export async function downloadAptPackage(
  name: string,
  { folder, signal, onProgress }: PackageRequest,
): Promise<string> {
  onProgress({ step: `downloading ${name} with apt-get` });
  // apt-get continues nothing: what lies there is what a killed process left.
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await runClient('apt-get', ['download', name], signal, folder);
  const archive = (await readdir(folder)).find(
    (file) => file.startsWith(`${name}_`) && file.endsWith('.deb'),
  );
  if (archive === undefined) {
    throw new WorkbenchError('unavailable', `apt-get left no package ${name} in ${folder}`);
  }
  const unpacked = join(folder, 'unpacked-deb');
  await mkdir(unpacked);
  await runClient('dpkg-deb', ['--extract', join(folder, archive), unpacked], signal);
  return unpacked;
}

/** A message quotes this many lines of a client that failed. */
const LINES_SHOWN = 4;

/**
 * The client and the programs that it starts end with this process, however it ends.
 *
 * @returns the client's standard output.
 */
async function runClient(
  command: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
  directory = process.cwd(),
): Promise<string> {
  const { code, answer, complaints, isMissing, timedOut, ...ending } = await runCommand(
    command,
    args,
    {
      timeout: CLIENT_MILLISECONDS,
      directory,
      signal,
      // On Windows, npm is a shell script.
      shell: process.platform === 'win32',
    },
  );
  if (code === 0) return answer;
  const lines = complaints.split('\n').filter((line) => line.trim() !== '');
  const reason = isMissing
    ? 'the program is not installed'
    : timedOut
      ? `it did not end within ${CLIENT_MILLISECONDS / 60_000} minutes`
      : lines.slice(0, LINES_SHOWN).join(' / ') ||
        `it ended with ${code === null ? String(ending.signal) : `exit code ${code}`}`;
  throw new WorkbenchError('unavailable', `${command} ${args.join(' ')}: ${reason}`);
}
