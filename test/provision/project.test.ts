import { homedir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheDirectory } from '../../provision/project.mjs';

describe('cacheDirectory', () => {
  it('follows TICKET_CACHE_DIR, from wherever the command is run', () => {
    expect(cacheDirectory({ TICKET_CACHE_DIR: 'here' }, 'linux')).toBe(path.resolve('here'));
  });

  it('follows XDG_CACHE_HOME unless it is relative', () => {
    expect(cacheDirectory({ XDG_CACHE_HOME: '/x' }, 'linux')).toBe('/x/ticket-workbench');
    const usual = path.join(homedir(), '.cache', 'ticket-workbench');
    expect(cacheDirectory({ XDG_CACHE_HOME: 'x' }, 'linux')).toBe(usual);
    expect(cacheDirectory({}, 'linux')).toBe(usual);
  });

  it('uses the usual places of macOS and Windows', () => {
    expect(cacheDirectory({}, 'darwin')).toBe(
      path.join(homedir(), 'Library', 'Caches', 'ticket-workbench'),
    );
    expect(cacheDirectory({ LOCALAPPDATA: '/local' }, 'win32')).toBe(
      path.join('/local', 'ticket-workbench', 'Cache'),
    );
  });
});
