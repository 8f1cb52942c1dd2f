/**
 * Writes what a package tells of itself, before it is packed: resources/licences.txt, the licence notices
 * of everything that it contains, and resources/commit.txt. Fails where a text is missing or a licence is
 * not on the list of allowed ones.
 *
 *     node provision/run.mjs --no-tensorflow scripts/licences.ts
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { writeFileAtomically } from '../provision/atomic-file.mjs';
import { collectLicences, LICENCES_FILE } from '../src/main/workbench/about/licences.ts';
import { reportOf } from '../src/shared/contract/errors.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

try {
  const { notices, text } = collectLicences(PROJECT);
  writeFileAtomically(path.join(PROJECT, LICENCES_FILE), text);
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: PROJECT, encoding: 'utf8' });
  writeFileAtomically(path.join(PROJECT, 'resources/commit.txt'), commit);
  process.stdout.write(`${LICENCES_FILE}: ${notices.length} notices, ${text.length} bytes\n`);
} catch (error) {
  const { message, hint = '' } = reportOf(error);
  process.stderr.write(`error: ${message}\n${hint}\n`);
  process.exitCode = 1;
}
