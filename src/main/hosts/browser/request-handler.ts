/** Answers HTTP requests: signing in, windows that were known before, and the window's files. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RESUME_PATH, WINDOWS_PATH } from '../../../shared/contract/known-window.ts';
import { type AccessControl, cookieName } from './access-control.ts';
import { type KnownWindows, resumeRequestSchema, windowKeySchema } from './known-windows.ts';
import { tokenPage, WELCOME_PAGE } from './pages.ts';
import { type Headers, type Responder, responder } from './responder.ts';
import type { Sessions } from './sessions.ts';
import type { StaticFiles } from './static-files.ts';

export interface RequestHandlerOptions {
  readonly access: AccessControl;
  readonly sessions: Sessions;
  readonly windows: KnownWindows;
  readonly files: StaticFiles;
  /** Called when the one-time token has been used. */
  onTokenUsed(): void;
}

/** Enough for a form with a token, or a key with a signature. Larger bodies are refused unread. */
const BODY_BYTES = 4096;

const LOGIN_PATH = '/login';
const POST_PATHS = [LOGIN_PATH, WINDOWS_PATH, RESUME_PATH];

export class RequestHandler {
  readonly #options: RequestHandlerOptions;

  constructor(options: RequestHandlerOptions) {
    this.#options = options;
  }

  /** @throws if the request breaks off while its body is read. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { access } = this.#options;
    const refusal = access.refuseRequest(request);
    const { host = 'localhost' } = request.headers;
    const respond = responder(request, response, refusal ? 'localhost' : host);
    if (refusal) {
      respond.text(refusal.status, refusal.reason);
      return;
    }
    const target = parseTarget(request.url);
    if (!target) {
      respond.text(400, 'This address can’t be read.');
      return;
    }
    if (request.method === 'POST' && POST_PATHS.includes(target.path)) {
      await this.#handlePost(request, target.path, respond);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      respond.text(405, 'Only GET and HEAD are allowed here.', { Allow: 'GET, HEAD' });
      return;
    }
    this.#handleGet(request, target, respond);
  }

  #handleGet(request: IncomingMessage, { path, query }: Target, respond: Responder): void {
    const { access, windows, files } = this.#options;
    const token = query.get('token');
    if (path === '/' && token !== null) {
      this.#signIn(request, token, respond);
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
    const file = files.get(path);
    if (file) respond.file(file);
    else respond.text(404, 'There is no such file.');
  }

  /** Handles what a page sends. Browsers always state the origin of the page. */
  async #handlePost(request: IncomingMessage, path: string, respond: Responder): Promise<void> {
    const { origin } = request.headers;
    if (path !== LOGIN_PATH && origin === undefined) {
      respond.text(403, 'A request without an origin is refused.');
      return;
    }
    const body = await readBody(request);
    if (body === undefined) respond.text(413, `Expected at most ${BODY_BYTES} bytes.`);
    else if (path === WINDOWS_PATH) this.#remember(request, body, respond);
    else if (path === RESUME_PATH && origin !== undefined)
      this.#resume(request, origin, body, respond);
    else this.#signIn(request, new URLSearchParams(body).get('token') ?? '', respond);
  }

  #signIn(request: IncomingMessage, token: string, respond: Responder): void {
    const { access, sessions, onTokenUsed } = this.#options;
    const session = sessions.exchange(token);
    if (session === undefined) {
      if (access.hasSession(request)) respond.redirect('/');
      else respond.page(401, tokenPage(true));
      return;
    }
    respond.page(200, WELCOME_PAGE, sessionCookie(request, session));
    onTokenUsed();
  }

  #remember(request: IncomingMessage, body: string, respond: Responder): void {
    const { access, windows } = this.#options;
    const parsed = windowKeySchema.safeParse(parseJson(body));
    if (!access.hasSession(request)) respond.text(401, 'There is no session.');
    else if (parsed.success && windows.add(parsed.data.key)) respond.nothing();
    else respond.text(400, 'Expected a public key.');
  }

  #resume(request: IncomingMessage, origin: string, body: string, respond: Responder): void {
    const { sessions, windows } = this.#options;
    const parsed = resumeRequestSchema.safeParse(parseJson(body));
    if (!parsed.success) {
      respond.text(400, 'Expected a key, a challenge and its signature.');
    } else if (windows.recognizes(parsed.data, origin)) {
      respond.nothing(sessionCookie(request, sessions.begin()));
    } else {
      respond.text(401, 'This window is not known here.');
    }
  }
}

function sessionCookie({ headers }: IncomingMessage, session: string): Headers {
  const name = cookieName(headers.host ?? '');
  return { 'Set-Cookie': `${name}=${session}; Path=/; HttpOnly; SameSite=Strict` };
}

export interface Target {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Undefined if the address can't be read. */
export function parseTarget(url = ''): Target | undefined {
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
