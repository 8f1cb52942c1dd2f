/** The few pages that are not the window: plain, without scripts and styles. */

function page(title: string, ...body: readonly string[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${title}</title>`,
    '</head>',
    '<body>',
    '<main>',
    ...body,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** For who comes without a session. */
export function tokenPage(wasRefused: boolean): string {
  return page(
    'Ticket Workbench: token needed',
    '<h1>Ticket Workbench</h1>',
    wasRefused
      ? '<p role="alert">This token is not valid, or it has been used before.</p>'
      : '<p>This window is for the person who started it.</p>',
    '<p>Open the newest address that the command has printed in its terminal, or enter the token from it. Each token opens one browser; after that the command prints a new one.</p>',
    '<form method="post" action="/login">',
    '<label>Token <input name="token" type="password" autocomplete="off" autofocus required></label>',
    '<button>Open the workbench</button>',
    '</form>',
  );
}

/**
 * After a token was accepted. The window is opened from this page and not by a redirect, because a
 * browser that came here by a link from elsewhere would not send the new SameSite=Strict cookie along
 * with a redirect.
 */
export const WELCOME_PAGE = page(
  'Ticket Workbench',
  '<meta http-equiv="refresh" content="0; url=/">',
  '<p><a href="/">Open the workbench</a></p>',
);
