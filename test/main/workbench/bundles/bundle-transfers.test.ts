import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BundleTransfers } from '../../../../src/main/workbench/bundles/bundle-transfers.ts';

const MINUTE = 60_000;

function transfersAt(now: () => number = Date.now): BundleTransfers {
  const transfers = new BundleTransfers(now);
  onTestFinished(() => {
    transfers.close();
  });
  return transfers;
}

describe('a bundle that a browser sends', () => {
  it('is whole once all parts have arrived, and gone once it has ended', () => {
    const transfers = transfersAt();
    const id = transfers.beginUpload(5);
    transfers.add(id, Uint8Array.of(1, 2, 3));
    expect(() => transfers.uploaded(id)).toThrow('3 bytes of the bundle have arrived; expected 5');
    transfers.add(id, Uint8Array.of(4, 5));
    const file = transfers.uploaded(id);
    expect([...readFileSync(file)]).toEqual([1, 2, 3, 4, 5]);
    transfers.end(id);
    transfers.end(id);
    expect(existsSync(file)).toBe(false);
    expect(() => transfers.uploaded(id)).toThrow('this transfer of a bundle has ended');
  });

  it('takes no more bytes than were announced, and no more than a disk holds', () => {
    const transfers = transfersAt();
    const id = transfers.beginUpload(2);
    expect(() => {
      transfers.add(id, Uint8Array.of(1, 2, 3));
    }).toThrow('more bytes arrived than the bundle has');
    expect(() => transfers.beginUpload(17 * 2 ** 30)).toThrow('a browser can send at most');
  });

  it('makes room for others when its window was closed, and not before', () => {
    let now = 0;
    const transfers = transfersAt(() => now);
    const ids = Array.from({ length: 8 }, () => transfers.beginUpload(1));
    expect(() => transfers.beginUpload(1)).toThrow('8 bundles are on their way already');
    now = 6 * MINUTE;
    transfers.add(ids[0]!, Uint8Array.of(1));
    now = 12 * MINUTE;
    transfers.beginUpload(1);
    expect(transfers.uploaded(ids[0]!)).toBeTruthy();
    expect(() => transfers.uploaded(ids[1]!)).toThrow('has ended');
  });
});

describe('a bundle that a browser fetches', () => {
  it('is read part by part, to an empty one at its end', () => {
    const transfers = transfersAt();
    const { id, file } = transfers.beginDownload();
    writeFileSync(file, 'bundle');
    expect(Buffer.from(transfers.read(id, 2)).toString()).toBe('ndle');
    expect(transfers.read(id, 6)).toHaveLength(0);
    expect(() => {
      transfers.add(id, Uint8Array.of(1));
    }).toThrow('more bytes arrived');
  });
});
