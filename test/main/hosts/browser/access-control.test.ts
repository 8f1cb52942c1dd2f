import { connect as connectTcp } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { WorkbenchEvent } from '../../../../src/shared/contract/events.ts';
import {
  ANSWER_LIMITS,
  decodeFrame,
  encodeFrame,
  REQUEST_LIMITS,
} from '../../../../src/shared/contract/wire.ts';
import type { Service } from '../../../../src/main/hosts/browser/socket.ts';
import { StaticFiles } from '../../../../src/main/hosts/browser/static-files.ts';
import {
  ask,
  closed,
  connect,
  enter,
  tryUpgrade,
  startHost,
  temporaryFolder,
  tokenOf,
} from './support.ts';

/** Answers every call with its own message. */
function echo(): Service & { readonly asked: unknown[]; tell(event: WorkbenchEvent): void } {
  const asked: unknown[] = [];
  const listeners = new Set<(event: WorkbenchEvent) => void>();
  return {
    asked,
    answer: async (sender, message) => {
      asked.push(message);
      if (!sender.isTrusted()) throw new Error('a stranger came in');
      return { type: 'answer', id: 1, result: { ok: true, value: message } };
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell: (event) => {
      for (const listener of listeners) listener(event);
    },
  };
}

const call = { type: 'call', id: 1, name: 'presets', input: {} };

describe('the way in', () => {
  it('is a token, exchanged once for a cookie that scripts and other sites do not get', async () => {
    const host = await startHost(echo());
    const { status, headers, body } = await ask(host.port, `/?token=${tokenOf(host.address)}`);
    const [cookie] = headers['set-cookie'] ?? [];

    expect(status).toBe(200);
    expect(cookie).toMatch(/^ticket-workbench-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(body).toContain('url=/');
    const window = await ask(host.port, '/', { headers: { Cookie: cookie!.split(';')[0]! } });
    expect(window.status).toBe(200);
    expect(window.body).toContain('<title>w</title>');
  });

  it('is not open without a token, with a wrong one, or with someone else’s cookie', async () => {
    const host = await startHost(echo());
    const refused = [
      await ask(host.port, '/'),
      await ask(host.port, '/index.html'),
      await ask(host.port, '/assets/main-1a2b.js'),
      await ask(host.port, '/?token='),
      await ask(host.port, '/?token=wrong'),
      await ask(host.port, `/index.html?token=${tokenOf(host.address)}`),
      await ask(host.port, '/', { headers: { Cookie: `ticket-workbench-${host.port}=guess` } }),
      await ask(host.port, '/', { headers: { Cookie: `ticket-workbench-${host.port}` } }),
      await ask(host.port, '/', { headers: { Cookie: 'ticket-workbench-1=guess; a=b' } }),
    ];

    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 401));
    expect(refused.some(({ headers }) => 'set-cookie' in headers)).toBe(false);
    // None of them has used the token up.
    expect(await enter(host)).not.toBe('');
  });

  it('lets no token in twice, and tells the next one', async () => {
    const host = await startHost(echo());
    const first = tokenOf(host.address);
    const cookie = await enter(host);
    const replayed = await ask(host.port, `/?token=${first}`);

    expect(replayed.status).toBe(401);
    expect(replayed.headers).not.toHaveProperty('set-cookie');
    expect(replayed.body).toContain('used before');
    expect(tokenOf(host.address)).not.toBe(first);
    // Who is in already may open the old address again.
    const again = await ask(host.port, `/?token=${first}`, { headers: { Cookie: cookie } });
    expect([again.status, again.headers.location]).toEqual([303, '/']);
    // A second browser comes in by the second token.
    expect(await enter(host)).not.toBe('');
  });

  it('can be a form, of a bounded size', async () => {
    const host = await startHost(echo());
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: host.origin };
    const post = (body: string) => ask(host.port, '/login', { method: 'POST', headers, body });

    expect((await post('token=wrong')).status).toBe(401);
    expect((await post(`token=${'x'.repeat(5000)}`)).status).toBe(413);
    const entered = await post(`token=${tokenOf(host.address)}`);
    expect(entered.status).toBe(200);
    expect(entered.headers).toHaveProperty('set-cookie');
  });

  it('is closed to other host names, origins and sites, whatever they know', async () => {
    const host = await startHost(echo());
    const { port, origin } = host;
    const cookie = await enter(host);
    const status = async (headers: Record<string, string>) =>
      (await ask(port, '/', { headers: { Cookie: cookie, ...headers } })).status;

    for (const name of [
      'evil.example',
      `evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      `localhost.evil.example:${port}`,
      `127.0.0.1:${port}.evil.example`,
      `user@127.0.0.1:${port}`,
      `127.0.0.1.nip.io:${port}`,
      `127.evil.example:${port}`,
      `evil-localhost:${port}`,
      `.localhost.:${port}`,
      'localhost:9999@evil.example',
      'localhost:evil.example',
      'localhost:',
      '[::1]evil.example',
      '[localhost]',
      `192.0.2.1:${port + 1}`,
    ]) {
      expect(await status({ Host: name }), name).toBe(403);
    }
    for (const foreign of ['http://evil.example', `https://127.0.0.1:${port}`, 'null', '']) {
      expect(await status({ Origin: foreign }), foreign).toBe(403);
    }
    const embedded = { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' };
    expect(await status({ 'Sec-Fetch-Site': 'cross-site', ...embedded })).toBe(403);
    expect(await status({ 'Sec-Fetch-Site': 'same-site', ...embedded })).toBe(403);
    const framed = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' };
    expect(await status({ 'Sec-Fetch-Site': 'cross-site', ...framed })).toBe(403);

    expect(await status({ Host: `localhost:${port}` })).toBe(200);
    expect(await status({ Host: `[::1]:${port}` })).toBe(200);
    expect(await status({ Origin: origin })).toBe(200);
    const linked = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
    expect(await status({ 'Sec-Fetch-Site': 'cross-site', ...linked })).toBe(200);
  });

  it.each([
    'localhost:9999',
    '127.0.0.1:9999',
    '[::1]:9999',
    'LOCALHOST:9999',
    'my-machine.localhost:9999',
    '127.1.2.3:9999',
    'localhost',
  ])('is open at a forwarded port, to its own origin only: %s', async (name) => {
    const host = await startHost(echo());
    const request = (headers: Record<string, string>, rawPath = '/') =>
      ask(host.port, rawPath, { headers: { Host: name, ...headers } });

    expect((await request({})).status).toBe(401);
    const entered = await request({}, `/?token=${tokenOf(host.address)}`);
    const [cookie] = entered.headers['set-cookie'] ?? [];
    const port = /:(\d+)$/.exec(name)?.[1] ?? '80';
    expect(cookie).toMatch(
      new RegExp(`^ticket-workbench-${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    );
    const session = { Cookie: cookie?.split(';')[0] ?? '' };
    const own = `http://${name}`;
    expect((await request({ ...session, Origin: own })).status).toBe(200);
    expect(await tryUpgrade(host.port, { Host: name, ...session, Origin: own })).toBe(101);
    // Another page of this machine has a loopback name too, but another port.
    for (const foreign of [`http://localhost:1`, host.origin, 'http://evil.example']) {
      expect((await request({ ...session, Origin: foreign })).status).toBe(403);
      expect(await tryUpgrade(host.port, { Host: name, ...session, Origin: foreign })).toBe(403);
    }
    expect(await tryUpgrade(host.port, { Host: name, ...session })).toBe(403);
  });

  it('keeps the sessions of two servers apart that are forwarded from one port of two machines', async () => {
    const host = await startHost(echo());
    const cookieAt = async (name: string) => {
      const rawPath = `/?token=${tokenOf(host.address)}`;
      const { headers } = await ask(host.port, rawPath, { headers: { Host: name } });
      return headers['set-cookie']?.[0]?.split('=')[0];
    };
    expect(await cookieAt('localhost:9998')).toBe('ticket-workbench-9998');
    expect(await cookieAt('localhost:9999')).toBe('ticket-workbench-9999');
  });

  it('says nothing of the token or the window to a foreign host name', async () => {
    const host = await startHost(echo());
    const answer = await ask(host.port, `/?token=${tokenOf(host.address)}`, {
      headers: { Host: 'evil.example' },
    });

    expect(answer.status).toBe(403);
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(await enter(host)).not.toBe('');
  });
});

describe('the window’s files', () => {
  it('are served with headers that keep the page to itself', async () => {
    const host = await startHost(echo());
    const cookie = await enter(host);
    const { headers } = await ask(host.port, '/', { headers: { Cookie: cookie } });

    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; ` +
        `img-src 'self' data: blob:; connect-src 'self' ws://127.0.0.1:${host.port}; ` +
        `worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; ` +
        `frame-ancestors 'none'`,
    );
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('may be kept by the browser where their name changes with their content', async () => {
    const host = await startHost(echo());
    const cookie = await enter(host);
    const { status, headers } = await ask(host.port, '/assets/main-1a2b.js', {
      headers: { Cookie: cookie },
    });

    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headers['cache-control']).toContain('immutable');
  });

  it.each([
    '/../secret.json',
    '/assets/../../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/%2e%2e%2fsecret.json',
    '/..%5csecret.json',
    '/assets/..%252f..%252fsecret.json',
    '//secret.json',
    '/./../secret.json',
    '/assets/%00/../../../secret.json',
    '/index.html%00.json',
    '/assets',
    '/constructor',
    '/__proto__',
  ])('and nothing beside them: %s', async (rawPath) => {
    const host = await startHost(echo());
    const cookie = await enter(host);
    const { status, body } = await ask(host.port, rawPath, { headers: { Cookie: cookie } });

    expect(status).toBe(404);
    expect(body).not.toContain('beside the window');
  });

  it('are not found by what is no address', async () => {
    const host = await startHost(echo());
    const cookie = await enter(host);
    const status = async (rawPath: string) =>
      (await ask(host.port, rawPath, { headers: { Cookie: cookie } })).status;

    expect(await status('/%')).toBe(400);
    expect(await status('/%ff')).toBe(400);
    expect(await status('http://evil.example/')).toBe(400);
    expect(await status('*')).toBe(400);
  });

  it('are read, never written: other methods are refused', async () => {
    const host = await startHost(echo());
    const cookie = await enter(host);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
      const { status, headers } = await ask(host.port, '/index.html', {
        method,
        headers: { Cookie: cookie },
        body: 'x'.repeat(100_000),
      });
      expect([method, status, headers.allow]).toEqual([method, 405, 'GET, HEAD']);
    }
    const head = await ask(host.port, '/', { method: 'HEAD', headers: { Cookie: cookie } });
    expect([head.status, head.body]).toEqual([200, '']);
  });

  it('must be there', () => {
    expect(() => StaticFiles.read(temporaryFolder())).toThrow('there is no built window');
    expect(() => StaticFiles.read('/nowhere')).toThrow('there is no built window');
  });
});

describe('a connection', () => {
  it('carries calls and events, typed arrays as they are', async () => {
    const service = echo();
    const host = await startHost(service);
    const socket = await connect(host, await enter(host));
    const received: unknown[] = [];
    socket.binaryType = 'arraybuffer';
    const two = new Promise<void>((resolve) => {
      socket.on('message', (data: ArrayBuffer) => {
        received.push(decodeFrame(new Uint8Array(data), ANSWER_LIMITS));
        if (received.length === 2) resolve();
      });
    });
    const message = { ...call, input: { curve: Float64Array.of(0.5, Number.NaN) } };
    socket.send(encodeFrame(message));
    await expect.poll(() => received).toHaveLength(1);
    service.tell({ type: 'history-changed' });
    await two;

    expect(received).toStrictEqual([
      { type: 'answer', id: 1, result: { ok: true, value: message } },
      { type: 'event', event: { type: 'history-changed' } },
    ]);
  });

  it('needs a session and our own origin', async () => {
    const host = await startHost(echo());
    const { port, origin } = host;
    const cookie = await enter(host);

    expect(await tryUpgrade(port, { Origin: origin, Cookie: cookie })).toBe(101);
    expect(await tryUpgrade(port, { Origin: origin })).toBe(401);
    expect(await tryUpgrade(port, { Origin: origin, Cookie: `${cookie}x` })).toBe(401);
    expect(await tryUpgrade(port, { Cookie: cookie })).toBe(403);
    expect(await tryUpgrade(port, { Origin: 'null', Cookie: cookie })).toBe(403);
    expect(await tryUpgrade(port, { Origin: 'http://evil.example', Cookie: cookie })).toBe(403);
    expect(await tryUpgrade(port, { Origin: `http://127.0.0.1:${port + 1}`, Cookie: cookie })).toBe(
      403,
    );
    const rebound = { Host: `evil.example:${port}`, Origin: `http://evil.example:${port}` };
    expect(await tryUpgrade(port, { ...rebound, Cookie: cookie })).toBe(403);
    expect(await tryUpgrade(port, { Origin: origin, Cookie: cookie }, '/')).toBe(404);
    expect(
      await tryUpgrade(port, { Origin: origin }, `/contract?token=${tokenOf(host.address)}`),
    ).toBe(401);
  });

  it('is closed when a message is no frame, and no other connection suffers', async () => {
    const service = echo();
    const host = await startHost(service);
    const cookie = await enter(host);
    const send = async (data: string | Uint8Array) => {
      const socket = await connect(host, cookie);
      const end = closed(socket);
      socket.send(data);
      return end;
    };

    expect((await send('{"type":"call"}')).code).toBe(1003);
    expect((await send(new Uint8Array(0))).code).toBe(1007);
    expect((await send(new Uint8Array(64).fill(255))).code).toBe(1007);
    expect((await send(encodeFrame(call).slice(0, -1))).code).toBe(1007);
    const deep = `{"body":${'['.repeat(1000)}${']'.repeat(1000)},"arrays":[],"numbers":[]}`;
    expect((await send(handMade(deep))).reason).toContain('nests deeper');
    expect((await send(handMade('\u00e9'))).code).toBe(1007);
    expect(service.asked).toEqual([]);
    const healthy = await connect(host, cookie);
    healthy.send(encodeFrame(call));
    await expect.poll(() => service.asked).toHaveLength(1);
  });

  it('is closed when a frame is larger than any call', async () => {
    const host = await startHost(echo());
    const socket = await connect(host, await enter(host));
    const end = closed(socket);
    socket.send(new Uint8Array(REQUEST_LIMITS.frameBytes + 1));

    expect((await end).code).toBe(1009);
  });

  it('is closed when more calls are under way than a window has', async () => {
    const service: Service = {
      answer: () => new Promise(() => undefined),
      subscribe: () => () => undefined,
    };
    const host = await startHost(service);
    const socket = await connect(host, await enter(host));
    const end = closed(socket);
    const frame = encodeFrame(call);
    for (let count = 0; count < 600; count += 1) socket.send(frame);

    expect((await end).code).toBe(1008);
  });

  it('ends when the host closes, and the port is free', async () => {
    const host = await startHost(echo());
    const socket = await connect(host, await enter(host));
    const end = closed(socket);
    await host.close();

    expect((await end).code).toBe(1001);
    await expect(ask(host.port, '/')).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a host that is closing', () => {
  it('answers nothing on connections from before, which are another server’s to answer', async () => {
    const host = await startHost(echo());
    const heard: string[] = [];
    const socket = connectTcp(host.port, '127.0.0.1');
    socket.on('data', (data) => heard.push(data.toString()));
    socket.on('error', () => undefined);
    const ended = new Promise<void>((resolve) => {
      socket.on('close', () => {
        resolve();
      });
    });
    const ask = `GET /resume HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\n\r\n`;
    socket.write(ask);
    await expect.poll(() => heard.join('')).toContain('200 OK');
    heard.length = 0;
    // Under way when the host closes, so that the connection is not idle.
    socket.write(ask.slice(0, 20));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closing = host.close();
    socket.write(ask.slice(20));
    await closing;
    await ended;
    expect(heard).toEqual([]);
  });
});

describe('bytes that are no HTTP', () => {
  it('end their connection and nothing else', async () => {
    const host = await startHost(echo());
    const say = (text: string) =>
      new Promise<string>((resolve) => {
        const socket = connectTcp(host.port, '127.0.0.1', () => socket.write(text));
        let heard = '';
        socket.on('data', (data) => (heard += data.toString()));
        socket.on('close', () => {
          resolve(heard);
        });
        socket.on('error', () => undefined);
      });

    expect(await say('\u0016\u0003\u0001 hello\r\n\r\n')).toContain('400 Bad Request');
    expect(await say(`GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)).toContain('431');
    expect(await say('GET / HTTP/1.1\r\n\r\n')).toContain('400 Bad Request');
    expect(await say('GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n')).toContain('403');
    expect(await say('GET / HTTP/1.0\r\n\r\n')).toContain('403');
    expect((await ask(host.port, '/')).status).toBe(401);
  });
});

function handMade(header: string): Uint8Array {
  const text = new TextEncoder().encode(header);
  const frame = new Uint8Array(8 + text.length);
  frame.set(new TextEncoder().encode('TKT1'));
  new DataView(frame.buffer).setUint32(4, text.length, true);
  frame.set(text, 8);
  return frame;
}
