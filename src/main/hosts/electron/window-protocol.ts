/** Serves the window's files under its own scheme. */
import { protocol } from 'electron';
import { type FileResponse, SCHEME, type WindowFiles } from './window-files.ts';

/** Is called before the application is ready. */
export function registerWindowScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Electron 25 introduced `handle`; the oldest that the window is tested in only has the old call. */
export function serveWindow(files: WindowFiles): void {
  const { handle } = protocol as Partial<typeof protocol>;
  if (handle) {
    protocol.handle(SCHEME, ({ method, url }) => {
      const { status, headers, bytes } = files.respond(method, url);
      return new Response(new Uint8Array(bytes), { status, headers });
    });
    return;
  }
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- Electron before 25 has no other
  protocol.registerBufferProtocol(SCHEME, ({ method, url }, respond) => {
    respond(asProtocolResponse(files.respond(method, url)));
  });
}

function asProtocolResponse({ status, headers, bytes }: FileResponse) {
  return {
    statusCode: status,
    headers: { ...headers },
    mimeType: headers['Content-Type']?.split(';')[0] ?? 'text/plain',
    charset: 'utf-8',
    data: bytes,
  };
}
