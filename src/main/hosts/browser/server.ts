/** Serves the window and its connection to browsers on this machine. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { hostname } from 'node:os';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { REQUEST_LIMITS } from '../../../shared/contract/wire.ts';
import { AccessControl, refuseUpgrade } from './access-control.ts';
import { CONNECTION_LIMITS, type ConnectionLimits, Connections } from './connections.ts';
import type { KnownWindows } from './known-windows.ts';
import { parseTarget, RequestHandler } from './request-handler.ts';
import { Sessions } from './sessions.ts';
import { type Service, serveSocket } from './socket.ts';
import type { StaticFiles } from './static-files.ts';

export interface BrowserHostOptions {
  /** An address of this machine, or a name for one. */
  readonly host: string;
  /** 0 for a free port: the one that open windows try to reach, if it is free. */
  readonly port: number;
  readonly files: StaticFiles;
  readonly windows: KnownWindows;
  readonly service: Service;
  readonly timeouts?: RequestTimeouts;
  readonly limits?: ConnectionLimits;
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

/** How long a client may take, in milliseconds. */
export interface RequestTimeouts {
  /** From the connection, or from the last answer, to the end of a request's headers. */
  readonly headers: number;
  /** To the end of its body. */
  readonly request: number;
  /** From an answer to the next request. */
  readonly keepAlive: number;
  /** How often connections are checked. */
  readonly check: number;
}

/** Requests have at most 4096 bytes, and come from this machine or over a tunnel. */
const REQUEST_TIMEOUTS: RequestTimeouts = {
  headers: 10_000,
  request: 15_000,
  keepAlive: 5_000,
  check: 2_000,
};

/** Pings find connections that have vanished without a close. */
const PING_MILLISECONDS = 30_000;

/** @throws WorkbenchError `unavailable` if the address can't be listened on. */
export async function startBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const { windows, timeouts = REQUEST_TIMEOUTS, limits = CONNECTION_LIMITS } = options;
  const server = createServer({
    headersTimeout: timeouts.headers,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    connectionsCheckingInterval: timeouts.check,
  });
  const connections = new Connections(limits);
  server.on('connection', (connection: Socket) => {
    connections.add(connection);
  });
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
  const handler = new RequestHandler({
    access,
    sessions,
    windows,
    files: options.files,
    onTokenUsed: () => {
      address = addressOf(sessions.issueToken());
      options.onAddress?.(address);
    },
  });

  let isClosing = false;
  server.on('request', (request, response) => {
    // An old connection: the window must ask the next server, which may already be running.
    if (isClosing) {
      response.destroy();
      return;
    }
    if (access.hasSession(request)) connections.signIn(request.socket);
    handler.handle(request, response).catch(() => {
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
    connections.signIn(request.socket);
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

/** Removes no listeners of others: Node starts checking time-outs in one of its own. */
async function listen(server: Server, { host, port }: BrowserHostOptions): Promise<number> {
  try {
    const isListening = once(server, 'listening');
    server.listen({ host, port, exclusive: true });
    await isListening;
  } catch (cause) {
    const reason = messageOf(cause);
    throw new WorkbenchError(
      'unavailable',
      `can't listen on ${host}:${port}: ${reason}`,
      'Choose another --port, or leave it out for a free one.',
      { cause },
    );
  }
  return (server.address() as AddressInfo).port;
}

/** Gives open requests a moment to end, then cuts all connections. Idle ones are cut at once. */
function closeServer(server: Server, connections: Connections): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      connections.destroyAll();
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

/** Whether the server listens on every address. Then it is known by the machine's name. */
function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
