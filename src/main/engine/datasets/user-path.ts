/** Paths as users write them. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * A path with the user's home folder in place of a leading `~`. Shells do this only for a word that
 * begins with it, so `--set dataset.folder=~/digits` and every field of the window come with the `~`.
 */
export function withHome(path: string): string {
  return /^~(?:[/\\]|$)/.test(path) ? join(homedir(), path.slice(1)) : path;
}

/** The whole path, so that it means the same from any folder. */
export function absolutePath(path: string): string {
  return resolve(withHome(path));
}
