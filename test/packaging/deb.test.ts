import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../main/store/samples.ts';

const DEB = fileURLToPath(new URL('../../packaging/deb.mjs', import.meta.url));
const HAS_DPKG = spawnSync('dpkg-deb', ['--version']).status === 0;

function pack(...further: string[]) {
  const folder = temporaryFolder();
  const program = path.join(folder, 'program');
  mkdirSync(program);
  writeFileSync(path.join(program, 'run'), '#!/bin/sh\n');
  chmodSync(path.join(program, 'run'), 0o700);
  writeFileSync(path.join(program, 'data'), 'data');
  chmodSync(path.join(program, 'data'), 0o600);
  const script = path.join(folder, 'after-install.sh');
  writeFileSync(script, '#!/bin/sh\nexit 0\n');
  const file = path.join(folder, 'small.deb');
  const outcome = spawnSync(
    process.execPath,
    [
      ...[DEB, '-s', 'dir', '--force', '-t', 'deb', '-d', 'libc6', '-d', 'libnss3'],
      ...['--deb-compression', 'gz', '--architecture', 'all', '--after-install', script],
      ...['--description', 'A synopsis\n A description', '--version', '1.2.3', '--package', file],
      ...['--name', 'small', '--maintainer', 'Nobody <nobody@small.invalid>', '--url', 'https://a'],
      ...[...further, `${program}/=/opt/A Program`],
    ],
    { encoding: 'utf8' },
  );
  return { file, ...outcome };
}

describe('a Debian package', () => {
  beforeEach((context) => {
    if (!HAS_DPKG) context.skip('dpkg-deb is not on this machine.');
  });

  it('says what it is, what it needs, and how large it is', () => {
    const { file, stderr } = pack();
    expect(stderr).toBe('');
    const fields = execFileSync('dpkg-deb', ['--field', file], { encoding: 'utf8' });
    expect(fields).toBe(
      'Package: small\nVersion: 1.2.3\nArchitecture: all\n' +
        'Maintainer: Nobody <nobody@small.invalid>\nInstalled-Size: 1\nDepends: libc6, libnss3\n' +
        'Section: misc\nPriority: optional\nDescription: A synopsis\n A description\n',
    );
  });

  it('belongs to root, and everybody reads it', () => {
    const listed = execFileSync('dpkg-deb', ['--contents', pack().file], { encoding: 'utf8' });
    const lines = listed.split('\n').map((line) => line.replace(/ +/g, ' '));
    expect(lines.find((line) => line.endsWith('/run'))).toMatch(/^-rwxr-xr-x root\/root/);
    expect(lines.find((line) => line.endsWith('/data'))).toMatch(/^-rw-r--r-- root\/root/);
  });

  it('brings the scripts of the installer', () => {
    const script = execFileSync('dpkg-deb', ['--info', pack().file, 'postinst'], {
      encoding: 'utf8',
    });
    expect(script).toBe('#!/bin/sh\nexit 0\n');
  });

  it('is not built from arguments that it does not know', () => {
    const { status, stderr } = pack('--unheard-of', 'x');
    expect(status).not.toBe(0);
    expect(stderr).toContain('--unheard-of');
  });
});
