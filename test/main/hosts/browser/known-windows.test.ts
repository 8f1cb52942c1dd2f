import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type ResumeRequest,
  resumeStatement,
} from '../../../../src/shared/contract/known-window.ts';
import { KnownWindows } from '../../../../src/main/hosts/browser/known-windows.ts';
import type { Service } from '../../../../src/main/hosts/browser/socket.ts';
import { ask, enter, tryUpgrade, startHost, type StartedHost, temporaryFolder } from './support.ts';

const WEEK = 7 * 24 * 60 * 60 * 1000;
const MINUTE = 60_000;
const ORIGIN = 'http://127.0.0.1:5000';

class TestWindow {
  readonly #privateKey: KeyObject;
  readonly key: string;

  constructor(namedCurve = 'P-256') {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
    this.#privateKey = privateKey;
    this.key = publicKey.export({ format: 'der', type: 'spki' }).toString('hex');
  }

  answer(challenge: string, origin = ORIGIN): ResumeRequest {
    const signature = createSign('sha256')
      .update(resumeStatement(origin, challenge))
      .sign({ key: this.#privateKey, dsaEncoding: 'ieee-p1363' })
      .toString('hex');
    return { key: this.key, challenge, signature };
  }
}

/** The windows that a server on the origin's port knows. */
function windowsIn(file: string, now?: () => number, port = 5000): KnownWindows {
  const windows = new KnownWindows(file, now);
  windows.listensOn(port);
  return windows;
}

function fileOfWindows(): string {
  return path.join(temporaryFolder(), 'windows.json');
}

describe('a known window', () => {
  it('is recognised by the next server of the same data directory', () => {
    const file = fileOfWindows();
    const window = new TestWindow();
    expect(windowsIn(file).add(window.key)).toBe(true);
    const next = windowsIn(file);

    expect(next.recognizes(window.answer(next.challenge()), ORIGIN)).toBe(true);
    const stranger = new TestWindow();
    expect(next.recognizes(stranger.answer(next.challenge()), ORIGIN)).toBe(false);
  });

  it('answers a challenge once, in time, of this server, at this origin, with its own key', () => {
    let now = 0;
    const windows = windowsIn(fileOfWindows(), () => now);
    const window = new TestWindow();
    windows.add(window.key);
    const challenge = windows.challenge();
    expect(windows.recognizes(window.answer(challenge), ORIGIN)).toBe(true);
    expect(windows.recognizes(window.answer(challenge), ORIGIN)).toBe(false);
    expect(windows.recognizes(window.answer('00'.repeat(32)), ORIGIN)).toBe(false);

    const elsewhere = 'http://127.0.0.1:5001';
    const relayed = window.answer(windows.challenge(), elsewhere);
    expect(windows.recognizes(relayed, ORIGIN)).toBe(false);
    const forged = { ...new TestWindow().answer(windows.challenge()), key: window.key };
    expect(windows.recognizes(forged, ORIGIN)).toBe(false);
    const late = window.answer(windows.challenge());
    now = MINUTE;
    expect(windows.recognizes(late, ORIGIN)).toBe(false);
  });

  it('is not recognised at another port: its own may be in the hands of a server that relays', () => {
    const file = fileOfWindows();
    const window = new TestWindow();
    windowsIn(file).add(window.key);
    const moved = windowsIn(file, undefined, 5001);
    expect(moved.recognizes(window.answer(moved.challenge()), ORIGIN)).toBe(false);

    // The window of a forwarded port sees another port than its server has.
    const forwarded = 'http://localhost:9999';
    const back = windowsIn(file);
    const answer = window.answer(back.challenge(), forwarded);
    expect(back.recognizes(answer, forwarded)).toBe(true);
  });

  it('of an earlier version is recognised at the port that it sees', () => {
    const file = fileOfWindows();
    const window = new TestWindow();
    const kept = { port: 5000, windows: [{ key: window.key, endsAt: Date.now() + WEEK }] };
    writeFileSync(file, JSON.stringify(kept));
    const moved = windowsIn(file, undefined, 5001);
    expect(moved.recognizes(window.answer(moved.challenge()), ORIGIN)).toBe(false);
    const back = windowsIn(file);
    expect(back.recognizes(window.answer(back.challenge()), ORIGIN)).toBe(true);
  });

  it('is forgotten a week after it was last let in, and when there are too many others', () => {
    let now = 0;
    const windows = windowsIn(fileOfWindows(), () => now);
    const window = new TestWindow();
    windows.add(window.key);
    now = WEEK - 1;
    expect(windows.recognizes(window.answer(windows.challenge()), ORIGIN)).toBe(true);
    now += WEEK - 1;
    expect(windows.recognizes(window.answer(windows.challenge()), ORIGIN)).toBe(true);
    now += WEEK;
    expect(windows.recognizes(window.answer(windows.challenge()), ORIGIN)).toBe(false);

    windows.add(window.key);
    for (let count = 0; count < 32; count += 1) windows.add(new TestWindow().key);
    expect(windows.recognizes(window.answer(windows.challenge()), ORIGIN)).toBe(false);
  });

  it('has a key of the one kind that is spoken of, or none', () => {
    const windows = new KnownWindows(fileOfWindows());
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
    expect(windows.add(rsa.export({ format: 'der', type: 'spki' }).toString('hex'))).toBe(false);
    expect(windows.add(new TestWindow('P-384').key)).toBe(false);
    expect(windows.add('00')).toBe(false);
  });

  it('leaves a file that only its owner reads, and in which a broken one is no obstacle', () => {
    const file = fileOfWindows();
    writeFileSync(file, '{"windows": [{"key": "no key"');
    const windows = new KnownWindows(file);
    expect(windows.lastPort).toBeUndefined();
    windows.listensOn(5000);
    windows.add(new TestWindow().key);

    expect(new KnownWindows(file).lastPort).toBe(5000);
    expect(readFileSync(file, 'utf8')).not.toContain('PRIVATE');
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe('access for windows that had a session before', () => {
  const service: Service = {
    answer: () => Promise.reject(new Error('nothing is asked here')),
    subscribe: () => () => undefined,
  };

  const post = (host: StartedHost, where: string, body: object, headers = {}) =>
    ask(host.port, where, {
      method: 'POST',
      headers: { Origin: host.origin, 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  const challengeOf = async (host: StartedHost) => (await ask(host.port, '/resume')).body.trim();

  it('opens after a restart at the same port, to a socket as well', async () => {
    const file = fileOfWindows();
    const window = new TestWindow();
    const first = await startHost(service, file);
    const cookie = await enter(first);
    expect((await post(first, '/windows', { key: window.key }, { Cookie: cookie })).status).toBe(
      204,
    );
    await first.close();

    const second = await startHost(service, file);
    expect(second.port).toBe(first.port);
    expect(await tryUpgrade(second.port, { Origin: second.origin, Cookie: cookie })).toBe(401);
    const answer = window.answer(await challengeOf(second), second.origin);
    const resumed = await post(second, '/resume', answer);
    expect(resumed.status).toBe(204);
    const [set] = resumed.headers['set-cookie'] ?? [];
    expect(set).toMatch(/^ticket-workbench-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const session = { Origin: second.origin, Cookie: set!.split(';')[0]! };
    expect(await tryUpgrade(second.port, session)).toBe(101);
    expect((await ask(second.port, '/resume', { headers: session })).status).toBe(204);
    expect((await post(second, '/resume', answer)).status).toBe(401);
  });

  it('stays closed to everyone else, and remembers nobody without a session', async () => {
    const host = await startHost(service);
    const window = new TestWindow();
    expect((await post(host, '/windows', { key: window.key })).status).toBe(401);
    const answer = window.answer(await challengeOf(host), host.origin);
    const refused = await post(host, '/resume', answer);
    expect([refused.status, 'set-cookie' in refused.headers]).toEqual([401, false]);

    const cookie = await enter(host);
    const known = { key: window.key };
    const foreign = { Cookie: cookie, Origin: 'http://evil.example' };
    expect((await post(host, '/windows', known, foreign)).status).toBe(403);
    const silent = await ask(host.port, '/windows', {
      method: 'POST',
      headers: { Cookie: cookie },
      body: JSON.stringify(known),
    });
    expect(silent.status).toBe(403);
    expect((await post(host, '/windows', { key: 'x' }, { Cookie: cookie })).status).toBe(400);
    expect((await post(host, '/resume', { ...answer, more: 1 })).status).toBe(400);
    expect((await post(host, '/resume', { ...answer, key: 'a'.repeat(5000) })).status).toBe(413);
    const rebound = await ask(host.port, '/resume', { headers: { Host: 'evil.example' } });
    expect(rebound.status).toBe(403);
  });

  it('is at another port only where its own is taken', async () => {
    const file = fileOfWindows();
    const first = await startHost(service, file);
    const second = await startHost(service, file);
    expect(second.port).not.toBe(first.port);
  });
});
