/** Which code this is. The version number is the same for all changes until a release. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('../../', import.meta.url));

/** What decides the bits of trainings. Windows, files and commands are not among it. */
const FOLDERS = ['main/engine', 'main/workbench/running', 'shared'];

const DIGITS = 12;

let known: string | undefined;

/**
 * The first digits of the SHA-256 of the sources that train: names and contents, in the order of their
 * names. Line ends count as one character, so a checkout on Windows is the same code.
 */
export function codeVersion(): string {
  known ??= computed();
  return known;
}

function computed(): string {
  const hash = createHash('sha256');
  for (const file of FOLDERS.flatMap(filesIn).toSorted()) {
    const text = readFileSync(path.join(SOURCES, file), 'utf8').replaceAll('\r\n', '\n');
    hash.update(`${file}\n${text.length}\n${text}`);
  }
  return hash.digest('hex').slice(0, DIGITS);
}

/** With `/`, on every system. */
function filesIn(folder: string): string[] {
  return readdirSync(path.join(SOURCES, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => {
      return path.relative(SOURCES, path.join(parentPath, name)).replaceAll(path.sep, '/');
    });
}
