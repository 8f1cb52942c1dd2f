import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { download, downloadedBytes, forgetDownload } from '../../provision/download.mjs';
import { findOnIndex } from '../../provision/package-index.mjs';
import { createHash } from 'node:crypto';
import { startPackageIndex } from './package-index.ts';
import { eventually, temporaryFolder, WHEEL_NAME } from './support.ts';

const BYTES = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
const PINNED = {
  package: 'tensorflow_cpu',
  version: '2.21.0',
  platform: 'manylinux_2_27_x86_64',
  sha256: createHash('sha256').update(BYTES).digest('hex'),
};

async function ground() {
  const index = await startPackageIndex(WHEEL_NAME, BYTES);
  const folder = temporaryFolder();
  const file = path.join(folder, 'downloads', 'wheel.whl');
  const url = new URL(`/files/${WHEEL_NAME}`, index.address).href;
  index.behaviour.savedBytes = () => statSync(`${file}.part`, { throwIfNoEntry: false })?.size ?? 0;
  return { ...index, file, options: { url, file, content: 'a wheel', retryAfter: 1 } };
}

describe('download', () => {
  it('writes the file, and leaves nothing beside it', async () => {
    const { file, options } = await ground();
    const told: number[] = [];
    await download({ ...options, onBytes: (arrived) => told.push(arrived) });
    expect(readFileSync(file)).toEqual(BYTES);
    expect(readdirSync(path.dirname(file))).toEqual(['wheel.whl']);
    expect(told.at(-1)).toBe(BYTES.length);
  });

  it('asks for nothing when the file is there', async () => {
    const { options, requests } = await ground();
    await download(options);
    await download(options);
    expect(requests).toHaveLength(1);
  });

  it('continues where a connection broke, as often as bytes arrive', async () => {
    const { file, options, behaviour, requests } = await ground();
    behaviour.breaksAfter = [10, 20, 30, 40];
    await download({ ...options, retries: 1 });
    expect(readFileSync(file)).toEqual(BYTES);
    expect(requests).toEqual([undefined, 'bytes=10-', 'bytes=30-', 'bytes=60-', 'bytes=100-']);
  });

  it('starts anew at a server that knows no ranges', async () => {
    const { file, options, behaviour, requests } = await ground();
    behaviour.hasRanges = false;
    behaviour.breaksAfter = [10];
    const told: number[] = [];
    await download({ ...options, onBytes: (arrived) => told.push(arrived) });
    expect(readFileSync(file)).toEqual(BYTES);
    expect(requests).toEqual([undefined, 'bytes=10-']);
    expect(told).toContain(0);
  });

  it('keeps what has arrived when it is told to stop, and continues it later', async () => {
    const { file, options, behaviour, requests, goOn } = await ground();
    behaviour.stopsAfter = 500;
    const stop = new AbortController();
    const running = download({ ...options, signal: stop.signal });
    await eventually(
      () => existsSync(`${file}.part`) && readFileSync(`${file}.part`).length === 500,
    );
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(await downloadedBytes(file)).toBe(500);
    goOn();
    await download(options);
    expect(readFileSync(file)).toEqual(BYTES);
    expect(requests).toEqual([undefined, 'bytes=500-']);
  });

  it('does not continue a part of something else', async () => {
    const { file, options, behaviour, requests } = await ground();
    behaviour.breaksAfter = [10];
    await expect(download({ ...options, retries: 0 })).rejects.toThrow();
    await download({ ...options, content: 'another wheel' });
    expect(readFileSync(file)).toEqual(BYTES);
    expect(requests).toEqual([undefined, undefined]);
  });

  it('starts anew when the part is longer than the file', async () => {
    const { file, options, behaviour } = await ground();
    behaviour.breaksAfter = [10];
    await expect(download({ ...options, retries: 0 })).rejects.toThrow();
    writeFileSync(`${file}.part`, new Uint8Array(BYTES.length + 1));
    behaviour.statuses = [416];
    await download(options);
    expect(readFileSync(file)).toEqual(BYTES);
  });

  it('counts a connection without a byte as broken', async () => {
    const { file, options, behaviour } = await ground();
    behaviour.stopsAfter = 100;
    await expect(download({ ...options, retries: 0, stallAfter: 50 })).rejects.toThrow(
      'nothing arrived for 0.05 s',
    );
    expect(await downloadedBytes(file)).toBe(100);
  });

  it('asks again after an answer that is soon over, and not after a refusal', async () => {
    const { file, options, behaviour, requests } = await ground();
    behaviour.statuses = [503, 429];
    await download(options);
    expect(readFileSync(file)).toEqual(BYTES);
    await forgetDownload(file);
    behaviour.statuses = [403];
    await expect(download(options)).rejects.toThrow('the server answered 403 Forbidden');
    expect(requests).toHaveLength(4);
  });

  it('gives up when nobody answers', async () => {
    const { options } = await ground();
    const url = 'http://127.0.0.1:62/wheel.whl';
    await expect(download({ ...options, url, retries: 2 })).rejects.toThrow('ECONNREFUSED');
  });

  it('ends a wait between two attempts when it is told to stop', async () => {
    const { options, behaviour, requests } = await ground();
    behaviour.statuses = [503];
    const stop = new AbortController();
    const running = download({ ...options, retryAfter: 1e8, signal: stop.signal });
    await eventually(() => requests.length === 1);
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });
});

describe('findOnIndex', () => {
  it.each(['json', 'html', 'html without checksums'] as const)('reads %s', async (page) => {
    const { address, behaviour } = await ground();
    behaviour.page = page;
    expect(await findOnIndex(address, PINNED, undefined)).toBe(
      new URL(`/files/${WHEEL_NAME}`, address).href,
    );
  });

  it('signs in where the address of the index has a name and a password', async () => {
    const { address, behaviour, options } = await ground();
    behaviour.login = 'name:pass word';
    const index = address.replace('//', '//name:pass%20word@');
    const url = await findOnIndex(index, PINNED, undefined);
    await download({ ...options, url });
    expect(readFileSync(options.file)).toEqual(BYTES);
    await expect(findOnIndex(address, PINNED, undefined)).rejects.toThrow('it answered 401');
  });

  it('says that a page is no list of files', async () => {
    const { address, behaviour } = await ground();
    behaviour.page = 'html';
    await expect(
      findOnIndex(address, { ...PINNED, sha256: '0'.repeat(64) }, undefined),
    ).rejects.toThrow('does not have the file of tensorflow_cpu 2.21.0');
    await expect(findOnIndex(`${address}/no`, PINNED, undefined)).rejects.toThrow(
      'it answered 404',
    );
  });
});
