/** Serves the window and its connection to browsers on this machine. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { hostname } from 'node:os';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { RESUME_PATH, WINDOWS_PATH } from '../../../shared/contract/known-window.ts';
import { REQUEST_LIMITS } from '../../../shared/contract/wire.ts';
import { AccessControl, cookieName, refuseUpgrade } from './access-control.ts';
import { type KnownWindows, resumeRequestSchema, windowKeySchema } from './known-windows.ts';
import { tokenPage, WELCOME_PAGE } from './pages.ts';
import { securityHeaders } from './security-headers.ts';
import { Sessions } from './sessions.ts';
import { type Service, serveSocket } from './socket.ts';
import type { StaticFile, StaticFiles } from './static-files.ts';

export interface BrowserHostOptions {
  /** An address of this machine, or a name for one. */
  readonly host: string;
  /** 0 for a free port: the one that open windows try to reach, if it is free. */
  readonly port: number;
  readonly files: StaticFiles;
  readonly windows: KnownWindows;
  readonly service: Service;
  /** Called with a new address and one-time token whenever the previous token has been used. */
  onAddress?(address: string): void;
}

export interface BrowserHost {
  /** The address with the currently valid one-time token. */
  readonly address: string;
  readonly port: number;
  /** Accepts no more connections and closes the existing ones. */
  close(): Promise<void>;
}

/** The path that windows connect to. */
const SOCKET_PATH = '/contract';

/** Enough for a form with a token, or a key with a signature. Larger bodies are refused unread. */
const BODY_BYTES = 4096;

const POST_PATHS = ['/login', WINDOWS_PATH, RESUME_PATH];

const CONNECTIONS = 128;

/** Pings find connections that have vanished without a close. */
const PING_MILLISECONDS = 30_000;

/** @throws WorkbenchError `unavailable` if the address can't be listened on. */
export async function startBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 });
  server.maxConnections = CONNECTIONS;
  const { windows } = options;
  const port = await listenOnLastPort(server, options);
  windows.listensOn(port);
  const sessions = new Sessions();
  const name = isAnyAddress(options.host) ? hostname() : options.host;
  const access = new AccessControl({ port, names: [name.toLowerCase()], sessions });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: REQUEST_LIMITS.frameBytes,
    perMessageDeflate: false,
  });
  const addressOf = (token: string): string => `http://${hostInUrl(name)}:${port}/?token=${token}`;
  let address = addressOf(sessions.issueToken());

  const sessionCookie = (session: string): Headers => ({
    'Set-Cookie': `${cookieName(port)}=${session}; Path=/; HttpOnly; SameSite=Strict`,
  });

  const signIn = (request: IncomingMessage, token: string, respond: Responder): void => {
    const session = sessions.exchange(token);
    if (session === undefined) {
      if (access.hasSession(request)) respond.redirect('/');
      else respond.page(401, tokenPage(true));
      return;
    }
    respond.page(200, WELCOME_PAGE, sessionCookie(session));
    address = addressOf(sessions.issueToken());
    options.onAddress?.(address);
  };

  const remember = (request: IncomingMessage, body: string, respond: Responder): void => {
    const parsed = windowKeySchema.safeParse(parseJson(body));
    if (!access.hasSession(request)) respond.text(401, 'There is no session.');
    else if (parsed.success && windows.add(parsed.data.key)) respond.nothing();
    else respond.text(400, 'Expected a public key.');
  };

  const resume = (origin: string, body: string, respond: Responder): void => {
    const parsed = resumeRequestSchema.safeParse(parseJson(body));
    if (!parsed.success) {
      respond.text(400, 'Expected a key, a challenge and its signature.');
    } else if (windows.recognizes(parsed.data, origin)) {
      respond.nothing(sessionCookie(sessions.begin()));
    } else {
      respond.text(401, 'This window is not known here.');
    }
  };

  /** Handles what a page sends. Browsers always state the origin of the page. */
  const handlePost = async (request: IncomingMessage, path: string, respond: Responder) => {
    const { origin } = request.headers;
    if (path !== '/login' && origin === undefined) {
      respond.text(403, 'A request without an origin is refused.');
      return;
    }
    const body = await readBody(request);
    if (body === undefined) respond.text(413, `Expected at most ${BODY_BYTES} bytes.`);
    else if (path === '/login') {
      signIn(request, new URLSearchParams(body).get('token') ?? '', respond);
    } else if (path === WINDOWS_PATH) remember(request, body, respond);
    else resume(origin!, body, respond);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refusal = access.refuseRequest(request);
    const host = refusal ? 'localhost' : request.headers.host!;
    const respond = responder(request, response, host);
    if (refusal) {
      respond.text(refusal.status, refusal.reason);
      return;
    }
    const target = parseTarget(request.url);
    if (!target) {
      respond.text(400, 'This address can’t be read.');
      return;
    }
    const { path, query } = target;
    if (request.method === 'POST' && POST_PATHS.includes(path)) {
      await handlePost(request, path, respond);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      respond.text(405, 'Only GET and HEAD are allowed here.', { Allow: 'GET, HEAD' });
      return;
    }
    const token = query.get('token');
    if (path === '/' && token !== null) {
      signIn(request, token, respond);
      return;
    }
    if (path === RESUME_PATH) {
      if (access.hasSession(request)) respond.nothing();
      else respond.text(200, windows.challenge());
      return;
    }
    if (!access.hasSession(request)) {
      respond.page(401, tokenPage(false));
      return;
    }
    const file = options.files.get(path);
    if (file) respond.file(file);
    else respond.text(404, 'There is no such file.');
  };

  const connections = new Set<Socket>();
  server.on('connection', (connection: Socket) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  let isClosing = false;
  server.on('request', (request, response) => {
    // An old connection: the window must ask the next server, which may already be running.
    if (isClosing) {
      response.destroy();
      return;
    }
    handle(request, response).catch(() => {
      // The request broke off while its body was read; there is nobody to answer.
      response.destroy();
    });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const refusal =
      parseTarget(request.url)?.path === SOCKET_PATH
        ? access.refuseSocket(request)
        : ({ status: 404, reason: 'There is no WebSocket here.' } as const);
    if (refusal) {
      refuseUpgrade(socket, refusal);
      return;
    }
    const session = access.sessionOf(request);
    sockets.handleUpgrade(request, socket, head, (connection) => {
      serveSocket(connection, { isTrusted: () => sessions.isValid(session) }, options.service);
    });
  });
  const stopPinging = pingAll(sockets);

  return {
    get address() {
      return address;
    },
    port,
    close: async () => {
      stopPinging();
      isClosing = true;
      for (const connection of sockets.clients) connection.close(1001, 'the workbench is closing');
      await closeServer(server, connections);
    },
  };
}

/** Listens on the last port, so that open windows find the server again. Another one if it is taken. */
async function listenOnLastPort(server: Server, options: BrowserHostOptions): Promise<number> {
  const { lastPort } = options.windows;
  if (options.port !== 0 || lastPort === undefined) return listen(server, options);
  try {
    return await listen(server, { ...options, port: lastPort });
  } catch {
    return listen(server, options);
  }
}

function listen(server: Server, { host, port }: BrowserHostOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new WorkbenchError(
          'unavailable',
          `can't listen on ${host}:${port}: ${cause.message}`,
          'Choose another --port, or leave it out for a free one.',
          { cause },
        ),
      );
    });
    server.removeAllListeners('listening');
    server.listen({ host, port, exclusive: true }, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Gives open requests a moment to end, then cuts all connections. Idle ones are cut at once. */
function closeServer(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      for (const connection of connections) connection.destroy();
    }, 500);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function pingAll(sockets: WebSocketServer): () => void {
  const silent = new WeakSet<object>();
  const timer = setInterval(() => {
    for (const connection of sockets.clients) {
      if (silent.has(connection)) {
        connection.terminate();
        continue;
      }
      silent.add(connection);
      connection.once('pong', () => silent.delete(connection));
      connection.ping();
    }
  }, PING_MILLISECONDS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

type Headers = Readonly<Record<string, string>>;

interface Responder {
  text(status: number, text: string, headers?: Headers): void;
  page(status: number, html: string, headers?: Headers): void;
  file(file: StaticFile): void;
  redirect(path: string): void;
  nothing(headers?: Headers): void;
}

/** @param host The server's name in the request. */
function responder(request: IncomingMessage, response: ServerResponse, host: string): Responder {
  const send = (status: number, body: string | Buffer, headers: Headers): void => {
    response.writeHead(status, {
      ...securityHeaders(host),
      'Cache-Control': 'no-store',
      'Content-Length': String(Buffer.byteLength(body)),
      ...headers,
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  return {
    text: (status, text, headers) => {
      send(status, `${text}\n`, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
    },
    page: (status, html, headers) => {
      send(status, html, { 'Content-Type': 'text/html; charset=utf-8', ...headers });
    },
    file: ({ mediaType, bytes, isImmutable }) => {
      send(200, bytes, {
        'Content-Type': mediaType,
        ...(isImmutable ? { 'Cache-Control': 'private, max-age=31536000, immutable' } : {}),
      });
    },
    redirect: (path) => {
      send(303, '', { Location: path });
    },
    nothing: (headers = {}) => {
      response.writeHead(204, {
        ...securityHeaders(host),
        'Cache-Control': 'no-store',
        ...headers,
      });
      response.end();
    },
  };
}

function parseTarget(url = ''): { path: string; query: URLSearchParams } | undefined {
  if (!url.startsWith('/')) return undefined;
  try {
    const { pathname, searchParams } = new URL(`http://host${url}`);
    return { path: decodeURIComponent(pathname), query: searchParams };
  } catch {
    return undefined;
  }
}

/** Undefined if the body is too large; the rest of it is not read. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > BODY_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether the server listens on every address. Then it is known by the machine's name. */
function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
