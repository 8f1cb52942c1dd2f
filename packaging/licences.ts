/** Writes what a package tells of itself: the licence notices of what it contains, and its commit. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { writeFileAtomically } from '../provision/atomic-file.mjs';
import { PROJECT_DIRECTORY } from '../provision/project.mjs';
import { collectLicences, LICENCES_FILE } from '../src/main/workbench/about/licences.ts';

/**
 * @param workbench the staged folder
 * @throws WorkbenchError if a text is missing or a licence is not on the list of allowed ones.
 */
export function writeLicences(workbench: string): void {
  const { text } = collectLicences(PROJECT_DIRECTORY);
  writeFileAtomically(path.join(workbench, LICENCES_FILE), text);
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], {
    cwd: PROJECT_DIRECTORY,
    encoding: 'utf8',
  });
  writeFileAtomically(path.join(workbench, 'resources', 'commit.txt'), commit);
}
