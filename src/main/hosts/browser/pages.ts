/** The pages other than the window. They have no scripts and no styles. */

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

/** The page for browsers without a session. */
export function tokenPage(wasRefused: boolean): string {
  return page(
    'Ticket Workbench: token needed',
    '<h1>Ticket Workbench</h1>',
    wasRefused
      ? '<p role="alert">This token is not valid or has been used before.</p>'
      : '<p>This window is for the person who started it.</p>',
    '<p>Open the latest address that the command printed in its terminal, or enter the token from that address. Each token works in one browser; then the command prints a new one.</p>',
    '<form method="post" action="/login">',
    '<label>Token <input name="token" type="password" autocomplete="off" autofocus required></label>',
    '<button>Open the workbench</button>',
    '</form>',
  );
}

/**
 * The page after a token was accepted. It opens the window itself, without a redirect: a browser that
 * followed a link from another site would not send the new SameSite=Strict cookie with a redirect.
 */
export const WELCOME_PAGE = page(
  'Ticket Workbench',
  '<meta http-equiv="refresh" content="0; url=/">',
  '<p><a href="/">Open the workbench</a></p>',
);
