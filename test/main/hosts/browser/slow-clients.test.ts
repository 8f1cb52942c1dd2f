import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addressGroup } from '../../../../src/main/hosts/browser/connections.ts';
import type { Service } from '../../../../src/main/hosts/browser/socket.ts';
import { ask, connect, enter, openClient, startHost } from './support.ts';

const service: Service = {
  answer: (_sender, message) => {
    const { id } = message as { readonly id: number };
    return Promise.resolve({ type: 'answer', id, result: { ok: true, value: [] } });
  },
  subscribe: () => () => undefined,
};

/** What clients send that never come to an end. */
const SLOW: Readonly<Record<string, (port: number) => string>> = {
  'send nothing': () => '',
  'never complete their headers': (port) => `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`,
  'never complete their body': (port) =>
    `POST /login HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 100\r\n\r\ntok`,
  'never complete their upgrade': (port) =>
    `GET /contract HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`,
  'hold on to a refused upgrade': (port) =>
    `GET /contract HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
  'hold on to a page that asks for a token': (port) =>
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
};

async function openSlow(port: number, text: string): Promise<Socket> {
  const socket = connectSocket({ host: '127.0.0.1', port, allowHalfOpen: true });
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

describe('slow clients', () => {
  for (const [what, textFor] of Object.entries(SLOW)) {
    it(`lets a window in while 200 clients ${what}`, async () => {
      const host = await startHost(service);
      const cookie = await enter(host);
      const before = await openClient(host, cookie);
      const text = textFor(host.port);
      await Promise.all(Array.from({ length: 200 }, () => openSlow(host.port, text)));
      expect((await ask(host.port, '/', { headers: { Cookie: cookie } })).status).toBe(200);
      await connect(host, cookie);
      await expect(before.call('tags', {})).resolves.toEqual([]);
    });

    it(`closes the connections of clients that ${what}`, async () => {
      const host = await startHost(service, undefined, {
        timeouts: { headers: 200, request: 300, keepAlive: 100, check: 50 },
      });
      const socket = await openSlow(host.port, textFor(host.port));
      socket.once('end', () => {
        socket.end();
      });
      await once(socket, 'close');
      expect(socket.readyState).toBe('closed');
    });
  }

  it('keeps strangers of one address from taking the places of others', () => {
    expect(addressGroup('127.0.0.1')).toBe(addressGroup('::ffff:127.8.9.10'));
    expect(addressGroup('::1')).toBe(addressGroup('127.0.0.1'));
    expect(addressGroup('2001:db8:1:2::5')).toBe(addressGroup('2001:db8:1:2:aaaa:b:c:d'));
    expect(addressGroup('2001:db8:1:3::5')).not.toBe(addressGroup('2001:db8:1:2::5'));
    expect(addressGroup('192.0.2.1')).not.toBe(addressGroup('192.0.2.2'));
  });
});
