#!/usr/bin/env node
/**
 * Builds a Debian package with `dpkg-deb`. It takes the arguments of fpm that electron-builder passes
 * (CUSTOM_FPM_PATH), because fpm itself is a download from a release host.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    s: { type: 'string', short: 's' },
    t: { type: 'string', short: 't' },
    d: { type: 'string', short: 'd', multiple: true, default: [] },
    force: { type: 'boolean' },
    debug: { type: 'boolean' },
    log: { type: 'string' },
    architecture: { type: 'string' },
    name: { type: 'string' },
    version: { type: 'string' },
    package: { type: 'string' },
    maintainer: { type: 'string' },
    description: { type: 'string', default: '' },
    category: { type: 'string', default: 'misc' },
    'after-install': { type: 'string' },
    'after-remove': { type: 'string' },
    'deb-priority': { type: 'string', default: 'optional' },
    'deb-compression': { type: 'string', default: 'xz' },
    'deb-recommends': { type: 'string', multiple: true, default: [] },
    // There is no site, and a Debian package names its licence in its copyright file.
    url: { type: 'string' },
    vendor: { type: 'string' },
    license: { type: 'string' },
  },
});

/** For dpkg-deb, by fpm's names. Gzip is for tests, which want it quick. */
const COMPRESSIONS = /** @type {Readonly<Record<string, readonly string[]>>} */ ({
  xz: ['-Zxz'],
  gz: ['-Zgzip', '-z1'],
});

const root = mkdtempSync(path.join(tmpdir(), 'ticket-deb-'));
try {
  build();
} finally {
  rmSync(root, { recursive: true, force: true });
}

function build() {
  if (required('t') !== 'deb') throw new Error(`it builds no ${required('t')}, only deb`);
  for (const mapping of positionals) {
    const at = mapping.lastIndexOf('=');
    const target = path.join(root, mapping.slice(at + 1));
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(mapping.slice(0, at), target, { recursive: true, verbatimSymlinks: true });
  }
  const size = makeReadable(root);
  const control = path.join(root, 'DEBIAN');
  mkdirSync(control);
  writeFileSync(path.join(control, 'control'), controlFile(size));
  for (const [name, script] of /** @type {const} */ ([
    ['postinst', values['after-install']],
    ['postrm', values['after-remove']],
  ])) {
    if (script === undefined) continue;
    const file = path.join(control, name);
    writeFileSync(file, readFileSync(script));
    chmodSync(file, 0o755);
  }
  const { status, error } = spawnSync(
    'dpkg-deb',
    [
      ...['--root-owner-group', ...(COMPRESSIONS[values['deb-compression']] ?? [])],
      ...['--build', root, required('package')],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (error) throw error;
  if (status !== 0) throw new Error(`dpkg-deb ended with exit code ${status ?? '?'}`);
}

/**
 * Lets everybody read every file and nobody but root write one, whatever the umask of the build was.
 *
 * @param {string} place
 * @returns {number} bytes of all files
 */
function makeReadable(place) {
  const stats = lstatSync(place);
  if (stats.isSymbolicLink()) return 0;
  if (stats.isDirectory()) {
    chmodSync(place, 0o755);
    return readdirSync(place).reduce((sum, name) => sum + makeReadable(path.join(place, name)), 0);
  }
  chmodSync(place, (stats.mode & 0o100) === 0 ? 0o644 : 0o755);
  return stats.size;
}

/**
 * @param {number} bytes
 * @returns {string} in the format of deb-control(5)
 */
function controlFile(bytes) {
  const [synopsis = '', ...description] = values.description.split('\n');
  const fields = {
    Package: required('name'),
    Version: required('version'),
    Architecture: required('architecture'),
    Maintainer: required('maintainer'),
    'Installed-Size': String(Math.ceil(bytes / 1024)),
    Depends: values.d.join(', '),
    Recommends: values['deb-recommends'].join(', '),
    Section: values.category,
    Priority: values['deb-priority'],
    Description: [synopsis, ...description.map((line) => ` ${line.trim() || '.'}`)].join('\n'),
  };
  return Object.entries(fields)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

/**
 * @param {'t' | 'name' | 'version' | 'architecture' | 'maintainer' | 'package'} name
 * @returns {string}
 */
function required(name) {
  const value = values[name];
  if (value === undefined) throw new Error(`--${name} is missing`);
  return value;
}
