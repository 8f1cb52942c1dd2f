import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageIndex } from '../../provision/pip-configuration.mjs';
import { temporaryFolder, writeFiles } from './support.ts';

const indexOf = (address: string, section = 'global') =>
  `[${section}]\ntimeout = 60\nindex-url = ${address}\n`;

/** A home of its own; the system's files are those of an empty folder. */
function home(files: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  return { HOME: folder, XDG_CONFIG_DIRS: path.join(folder, 'system') };
}

describe('packageIndex', () => {
  it('takes what the environment names, without a slash at its end', () => {
    const environment = {
      ...home({ '.config/pip/pip.conf': indexOf('https://file.example/simple') }),
      PIP_INDEX_URL: 'https://variable.example/simple/',
    };
    expect(packageIndex(environment, 'linux')).toBe('https://variable.example/simple');
  });

  it.each([
    ['linux', '.config/pip/pip.conf'],
    ['linux', '.pip/pip.conf'],
    ['linux', 'system/pip/pip.conf'],
    ['darwin', '.config/pip/pip.conf'],
    ['darwin', 'Library/Application Support/pip/pip.conf'],
    ['win32', 'pip/pip.ini'],
    ['win32', 'AppData/Roaming/pip/pip.ini'],
  ] as const)('reads on %s ~/%s', (platform, file) => {
    const environment = home({ [file]: indexOf('https://file.example/simple') });
    expect(packageIndex(environment, platform)).toBe('https://file.example/simple');
  });

  it('lets the user’s file count more than the system’s, and the named one most', () => {
    const environment = home({
      'system/pip/pip.conf': indexOf('https://system.example'),
      '.config/pip/pip.conf': indexOf('https://user.example'),
      'mine.conf': indexOf('https://mine.example'),
    });
    expect(packageIndex(environment, 'linux')).toBe('https://user.example');
    const file = path.join(environment.HOME, 'mine.conf');
    expect(packageIndex({ ...environment, PIP_CONFIG_FILE: file }, 'linux')).toBe(
      'https://mine.example',
    );
  });

  it('lets a section for downloads count more than the general one', () => {
    const text = `${indexOf('https://download.example', 'download')}${indexOf('https://general.example')}`;
    expect(packageIndex(home({ '.pip/pip.conf': text }), 'linux')).toBe('https://download.example');
  });

  it('falls back to the Python Package Index', () => {
    const environment = home({ '.pip/pip.conf': '[global]\n# index-url = https://no.example\n' });
    expect(packageIndex({ ...environment, PIP_CONFIG_FILE: '/dev/null' }, 'linux')).toBe(
      'https://pypi.org/simple',
    );
  });
});
