/** The downloads of TensorFlow and of datasets through a proxy, whose names of hosts nobody else knows. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage, type RequestListener } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startNode, temporaryFolder, WHEEL_NAME } from './support.ts';

const TLS = path.join(import.meta.dirname, '../fixtures/tls');
const BYTES = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
const SHA256 = createHash('sha256').update(BYTES).digest('hex');

const site: RequestListener = (request, response) => {
  if (request.url === '/simple/tensorflow-cpu/') {
    response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
    const file = { filename: WHEEL_NAME, url: '/files/wheel', hashes: { sha256: SHA256 } };
    response.end(JSON.stringify({ files: [file] }));
  } else {
    response.writeHead(200, { 'content-length': BYTES.length }).end(BYTES);
  }
};
const certificate = path.join(TLS, 'site.example.crt');
const sites = {
  http: http.createServer(site),
  https: https.createServer(
    { cert: readFileSync(certificate), key: readFileSync(path.join(TLS, 'site.example.key')) },
    site,
  ),
};

/** The login that the proxy asks for: `name:password`. */
let login: string | undefined;
/** The hosts that it was asked for. */
let asked: string[] = [];
function isLetIn({ headers }: IncomingMessage): boolean {
  const sent = headers['proxy-authorization']?.slice('Basic '.length) ?? '';
  return login === undefined || Buffer.from(sent, 'base64').toString() === login;
}
const proxy = http.createServer((request, response) => {
  const { host, pathname } = new URL(request.url ?? '');
  asked.push(host);
  request.url = pathname;
  if (isLetIn(request)) site(request, response);
  else response.writeHead(407).end();
});
proxy.on('connect', (request, socket) => {
  asked.push(request.url ?? '');
  if (!isLetIn(request)) {
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    return;
  }
  const port = Number(request.url?.split(':').at(-1));
  const other = net.connect(port, '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.pipe(other).pipe(socket);
  });
  for (const end of [socket, other]) end.on('error', () => other.destroy());
});

const servers = [proxy, sites.http, sites.https];
await Promise.all(
  servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))),
);
const portOf = (server: net.Server) => (server.address() as AddressInfo).port;
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

beforeEach(() => {
  login = undefined;
  asked = [];
});

const source = (name: string) => JSON.stringify(new URL(`../../${name}`, import.meta.url).href);
/** As the application does it, in a process of its own: variables count when it starts. */
const SCRIPT = `
  import { download } from ${source('provision/download.mjs')};
  import { findOnIndex } from ${source('provision/package-index.mjs')};
  import { downloadFile } from ${source('src/main/workbench/datasets/http-download.ts')};
  const [, address, folder, sha256] = process.argv;
  const wanted = { package: 'tensorflow_cpu', version: '2.21.0', platform: 'p', sha256 };
  try {
    const url = await findOnIndex(address + '/simple', wanted, undefined);
    await download({ url, file: folder + '/wheel', retries: 0 });
    await downloadFile({ url: address + '/data', path: folder + '/data', expectedBytes: 1, onProgress() {} });
    console.log('both are here');
  } catch (error) {
    console.log(error.message);
  }`;

/** What downloading says, and whether both files came whole. */
async function downloadBoth(address: string, environment: NodeJS.ProcessEnv) {
  const folder = temporaryFolder();
  const withoutProxies = Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name));
  const { stdout, stderr } = await startNode(
    ['--input-type=module', '--eval', SCRIPT, '--', address, folder, SHA256],
    {
      environment: {
        ...Object.fromEntries(withoutProxies),
        NODE_EXTRA_CA_CERTS: certificate,
        ...environment,
      },
    },
  ).ended;
  const isWhole = (name: string): boolean => {
    try {
      return readFileSync(path.join(folder, name)).equals(BYTES);
    } catch {
      return false;
    }
  };
  return { said: stdout + stderr, areWhole: isWhole('wheel') && isWhole('data') };
}

const DONE = { said: 'both are here\n', areWhole: true };
const addressOf = (scheme: 'http' | 'https', host = 'site.example') =>
  `${scheme}://${host}:${portOf(sites[scheme])}`;
const PROXY = `http://127.0.0.1:${portOf(proxy)}`;

describe('downloads', () => {
  it.each([
    { scheme: 'https', variable: 'HTTPS_PROXY' },
    { scheme: 'https', variable: 'https_proxy' },
    { scheme: 'http', variable: 'HTTP_PROXY' },
  ] as const)('go through the proxy of $variable', async ({ scheme, variable }) => {
    expect(await downloadBoth(addressOf(scheme), { [variable]: PROXY })).toEqual(DONE);
    expect(new Set(asked)).toEqual(new Set([`site.example:${portOf(sites[scheme])}`]));
  });

  it('pass by the proxy where NO_PROXY names the host', async () => {
    const environment = { HTTP_PROXY: PROXY, NO_PROXY: 'localhost,127.0.0.1' };
    expect(await downloadBoth(addressOf('http', '127.0.0.1'), environment)).toEqual(DONE);
    expect(asked).toEqual([]);
  });

  it('sign in at a proxy whose address has a name and a password', async () => {
    login = 'name:pass word';
    const signed = PROXY.replace('//', '//name:pass%20word@');
    expect(await downloadBoth(addressOf('https'), { HTTPS_PROXY: signed })).toEqual(DONE);
    const { said, areWhole } = await downloadBoth(addressOf('https'), { HTTPS_PROXY: PROXY });
    expect(areWhole).toBe(false);
    expect(said).toContain('407');
  });

  it('say which proxy does not answer', async () => {
    const { said, areWhole } = await downloadBoth(addressOf('https'), {
      HTTPS_PROXY: 'http://127.0.0.1:1',
    });
    expect(areWhole).toBe(false);
    expect(said).toContain('127.0.0.1:1');
  });
});
