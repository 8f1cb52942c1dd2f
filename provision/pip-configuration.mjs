/** Which package index this machine uses, as pip reads it from the environment and its files. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const DEFAULT_INDEX = 'https://pypi.org/simple';

/** Sections of pip's files that name the index of a download; later ones count more. */
const SECTIONS = ['global', 'install', 'download'];

/**
 * The address of the package index: `PIP_INDEX_URL`, else `index-url` of pip's configuration files,
 * else the Python Package Index.
 *
 * @param {NodeJS.ProcessEnv} [environment]
 * @param {NodeJS.Platform} [platform]
 * @returns {string} without a slash at its end
 */
export function packageIndex(environment = process.env, platform = process.platform) {
  const configured =
    setText(environment['PIP_INDEX_URL']) ??
    configurationFiles(environment, platform).map(indexIn).findLast(Boolean);
  return (setText(configured?.trim()) ?? DEFAULT_INDEX).replace(/\/+$/, '');
}

/**
 * @param {string | undefined} text
 * @returns {string | undefined} undefined for an empty text, as for a variable that is set to nothing
 */
function setText(text) {
  return text === '' ? undefined : text;
}

/**
 * Pip's configuration files, in the order in which pip reads them: later ones count more.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @param {NodeJS.Platform} platform
 * @returns {string[]}
 */
function configurationFiles(environment, platform) {
  const chosen = environment['PIP_CONFIG_FILE'];
  // Pip's way to read no file at all.
  if (chosen === '/dev/null' || chosen?.toLowerCase() === 'nul') return [];
  const home = environment['HOME'] ?? homedir();
  const site = environment['VIRTUAL_ENV'];
  const name = platform === 'win32' ? 'pip.ini' : 'pip.conf';
  return [
    ...systemFolders(environment, platform).map((folder) => path.join(folder, name)),
    ...userFolders(environment, platform, home).map((folder) => path.join(folder, name)),
    ...(site ? [path.join(site, name)] : []),
    ...(chosen ? [chosen] : []),
  ];
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {NodeJS.Platform} platform
 * @returns {string[]}
 */
function systemFolders(environment, platform) {
  if (platform === 'win32')
    return [path.join(environment['ProgramData'] ?? 'C:\\ProgramData', 'pip')];
  if (platform === 'darwin') return ['/Library/Application Support/pip'];
  const shared = (setText(environment['XDG_CONFIG_DIRS']) ?? '/etc/xdg').split(':').filter(Boolean);
  return [...shared.map((folder) => path.join(folder, 'pip')), '/etc'];
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {NodeJS.Platform} platform
 * @param {string} home
 * @returns {string[]}
 */
function userFolders(environment, platform, home) {
  if (platform === 'win32') {
    const roaming = environment['APPDATA'] ?? path.join(home, 'AppData', 'Roaming');
    return [path.join(home, 'pip'), path.join(roaming, 'pip')];
  }
  const old = path.join(home, '.pip');
  const support = path.join(home, 'Library', 'Application Support', 'pip');
  if (platform === 'darwin' && existsSync(support)) return [old, support];
  return [
    old,
    path.join(setText(environment['XDG_CONFIG_HOME']) ?? path.join(home, '.config'), 'pip'),
  ];
}

/**
 * @param {string} file
 * @returns {string | undefined} undefined if it is missing or names no index
 */
function indexIn(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  /** @type {Map<string, string>} */
  const found = new Map();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    section = /^\[(.*)\]\s*$/.exec(line)?.[1]?.trim() ?? section;
    const value = /^index[-_]url\s*[=:]\s*(\S+)\s*$/.exec(line)?.[1];
    if (value !== undefined) found.set(section, value);
  }
  return SECTIONS.map((name) => found.get(name)).findLast(Boolean);
}
