import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  CHECKSUMS_FILE,
  checksumsBelow,
  damagesOf,
  readChecksums,
} from '../../../../src/main/hosts/electron/integrity.ts';
import { temporaryFolder } from '../../store/samples.ts';

function installation(): string {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'src', 'shared'), { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{}');
  writeFileSync(path.join(folder, 'src', 'shared', 'rng.ts'), 'export {};');
  return folder;
}

describe('the files of an installation', () => {
  it('are as they were packed', async () => {
    const folder = installation();
    const checksums = await checksumsBelow(folder);
    expect(Object.keys(checksums).sort()).toEqual(['package.json', 'src/shared/rng.ts']);
    expect(await damagesOf(folder, checksums)).toEqual([]);
  });

  it('are refused if one was changed, is missing, or does not belong there', async () => {
    const folder = installation();
    const checksums = await checksumsBelow(folder);
    writeFileSync(path.join(folder, 'src', 'shared', 'rng.ts'), 'export { };');
    rmSync(path.join(folder, 'package.json'));
    writeFileSync(path.join(folder, 'src', 'preload.js'), '');
    symlinkSync('/etc/hostname', path.join(folder, 'src', 'link.ts'));
    expect((await damagesOf(folder, checksums)).sort()).toEqual([
      'package.json is missing.',
      'src/link.ts does not belong there.',
      'src/preload.js does not belong there.',
      'src/shared/rng.ts was changed.',
    ]);
  });

  it('are all missing if the folder is', async () => {
    const checksums = await checksumsBelow(installation());
    expect(await damagesOf('/nowhere', checksums)).toHaveLength(2);
  });
});

describe('the checksums', () => {
  it('come with a package only', () => {
    const folder = temporaryFolder();
    expect(readChecksums(folder)).toBeUndefined();
    writeFileSync(path.join(folder, CHECKSUMS_FILE), '{"package.json":"0"}');
    expect(readChecksums(folder)).toEqual({ 'package.json': '0' });
  });
});
