/** What is to be done before the page goes. */

/**
 * Runs `action` whenever the page may be about to go. No event alone is enough: what is sent on `pagehide` may be
 * dropped with the connection, so `beforeunload` comes first, and a page that is hidden may be ended without either.
 *
 * @param page for tests. Default: the window's.
 */
export function beforeLeaving(
  action: () => void,
  page: { readonly window: EventTarget; readonly document: PageDocument } = window,
): void {
  for (const event of ['beforeunload', 'pagehide']) page.window.addEventListener(event, action);
  page.document.addEventListener('visibilitychange', () => {
    if (page.document.visibilityState === 'hidden') action();
  });
}

type PageDocument = EventTarget & { readonly visibilityState: DocumentVisibilityState };
