import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Manifest } from '../../../../src/main/workbench/bundles/bundle-format.ts';
import type { BundleZip } from '../../../../src/main/workbench/bundles/bundle-zip.ts';
import { ListedFiles } from '../../../../src/main/workbench/bundles/listed-files.ts';

/** A bundle of one array, which somebody changes in place. */
function changing() {
  const content = { bytes: Uint8Array.of(1, 2, 3) };
  const sha256 = createHash('sha256').update(content.bytes).digest('hex');
  const zip = {
    path: 'changing.ticket',
    names: ['bundle.json', 'array'],
    sizeOf: () => content.bytes.length,
    read: () => content.bytes,
  } as unknown as BundleZip;
  const files = [{ path: 'array', bytes: 3, sha256 }];
  return { content, files: new ListedFiles(zip, { files } as Manifest) };
}

it('a file of a bundle is the same whenever it is read', () => {
  const { content, files } = changing();
  expect(files.read('array')).toEqual(Uint8Array.of(1, 2, 3));
  content.bytes = Uint8Array.of(3, 2, 1);
  expect(() => files.read('array')).toThrow(
    /^changing\.ticket is no sound bundle: array has the SHA-256 .*; expected /,
  );
});

it('a file that is not listed is never read', () => {
  expect(() => changing().files.read('bundle.json')).toThrow(/expected undefined/);
});
