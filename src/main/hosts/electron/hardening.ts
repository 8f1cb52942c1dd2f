/** What no page may do, whatever it contains: Electron's security checklist for web contents. */
import type { App, Session, WebContents } from 'electron';
import { isWindowAddress } from './window-files.ts';

/** The schemes of the window itself. Every other address is refused before anything is sent. */
const OWN_SCHEMES = ['ticket:', 'blob:', 'data:'];

/** The developer tools are files of Chromium. */
const DEVELOPER_SCHEMES = ['devtools:', 'chrome-extension:'];

/** Applies to all web contents, including those of the main window. */
export function hardenContents(app: App): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-navigate', (event, address) => {
      if (!isWindowAddress(address)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => {
      event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => {
      event.preventDefault();
    });
  });
}

export function hardenSession(session: Session, isPackaged: boolean): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => {
    callback(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  const allowed = isPackaged ? OWN_SCHEMES : [...OWN_SCHEMES, ...DEVELOPER_SCHEMES];
  session.webRequest.onBeforeRequest(({ url }, callback) => {
    callback({ cancel: !allowed.some((scheme) => url.startsWith(scheme)) });
  });
}

interface MessageOrigin {
  readonly sender: Pick<WebContents, 'id'>;
  /** Null once the frame is gone. */
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null;
}

/** Whether a message comes from the main frame of that window, and the frame shows our page. */
export function isFromWindow(
  { sender, senderFrame }: MessageOrigin,
  contents: Pick<WebContents, 'id'> | undefined,
): boolean {
  if (senderFrame?.parent !== null || sender.id !== contents?.id) return false;
  return isWindowAddress(senderFrame.url);
}
