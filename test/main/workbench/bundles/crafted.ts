/** Bundles as someone else may have made them: other content, and a manifest that vouches for it. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';
import type { Manifest } from '../../../../src/main/workbench/bundles/bundle-format.ts';
import { temporaryFolder } from '../../store/samples.ts';

export type Files = Record<string, Uint8Array>;

/** A bundle with files changed, but a manifest as its writer would have made it. */
export function rewritten(file: string, change: (files: Files) => void): string {
  const files: Files = unzipSync(readFileSync(file));
  change(files);
  const target = path.join(temporaryFolder(), 'changed.ticket');
  writeFileSync(target, zipSync(files));
  return target;
}

/** Changes the JSON of the first file with such a name; the manifest vouches for the new one. */
export function crafted(file: string, name: RegExp, change: (content: never) => void): string {
  return rewritten(file, (files) => {
    const found = Object.keys(files).find((each) => name.test(each))!;
    const content = JSON.parse(new TextDecoder().decode(files[found])) as never;
    change(content);
    files[found] = strToU8(JSON.stringify(content));
    vouch(files, found);
  });
}

/** Lets the manifest say that a file is as it should be. */
export function vouch(files: Files, name: string): void {
  const manifest = JSON.parse(new TextDecoder().decode(files['bundle.json'])) as Manifest;
  const content = files[name]!;
  const sha256 = createHash('sha256').update(content).digest('hex');
  const listed = manifest.files.find((each) => each.path === name);
  if (listed) Object.assign(listed, { bytes: content.length, sha256 });
  else manifest.files.push({ path: name, bytes: content.length, sha256 });
  files['bundle.json'] = strToU8(JSON.stringify(manifest));
}
