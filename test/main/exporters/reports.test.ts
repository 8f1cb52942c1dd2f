/** Notes are text that nobody has checked: in a report they may not become anything else. */
import { describe, expect, it } from 'vitest';
import { html } from '../../../src/main/exporters/html.ts';
import { markdown } from '../../../src/main/exporters/markdown.ts';
import type { Report } from '../../../src/main/exporters/report.ts';
import { parseNote } from '../../../src/main/exporters/reports/note.ts';

const reportOf = (note: string): Report => ({
  title: 'A <title> & more',
  subtitle: 'x',
  sections: [{ title: 'Notes', parts: [{ kind: 'note', markdown: note }] }],
});
const asHtml = (note: string): string =>
  new TextDecoder().decode(html.write.report!(reportOf(note)));
const asMarkdown = (note: string): string =>
  new TextDecoder().decode(markdown.write.report!(reportOf(note)));

describe('a note', () => {
  it('has headings, paragraphs, lists, quotes, code, bold, italics and links', () => {
    const note = [
      '# What I saw',
      'It **won** at *20 %*, see [the paper](https://arxiv.org/abs/1803.03635).',
      'Still the same paragraph.',
      '',
      '- one',
      '- `two`',
      '',
      '1. first',
      '2. second',
      '> quoted',
      '```',
      'a < b',
      '```',
    ].join('\n');
    const page = asHtml(note);
    for (const part of [
      '<h3>What I saw</h3>',
      '<strong>won</strong>',
      '<em>20 %</em>',
      '<a href="https://arxiv.org/abs/1803.03635" rel="noreferrer">the paper</a>',
      'Still the same paragraph.</p>',
      '<ul><li>one</li><li><code>two</code></li></ul>',
      '<ol><li>first</li><li>second</li></ol>',
      '<blockquote><p>quoted</p></blockquote>',
      '<pre tabindex="0"><code>a &lt; b</code></pre>',
    ]) {
      expect(page).toContain(part);
    }
    const text = asMarkdown(note);
    for (const part of ['### What I saw', '**won**', '*20 %*', '1. first', '```\na < b\n```']) {
      expect(text).toContain(part);
    }
  });

  it('keeps the number of its list, lines that go on, and bold with underscores', () => {
    const note = [
      '3. third',
      '   goes on',
      '4. fourth',
      'Then __bold__ text, not snake__case__name.',
    ];
    const page = asHtml(note.join('\n'));
    expect(page).toContain('<ol start="3"><li>third goes on</li><li>fourth</li></ol>');
    expect(page).toContain('<p>Then <strong>bold</strong> text, not snake__case__name.</p>');
    expect(asMarkdown(note.join('\n'))).toContain('3. third goes on\n4. fourth');
  });

  it('has no picture that would be fetched: a link after an exclamation mark is a link', () => {
    const text = asMarkdown('Look![a picture](https://a.b/c.png)');
    expect(text).toContain('Look\\![a picture](https://a.b/c.png)');
    expect(text).not.toMatch(/(?<!\\)!\[/);
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '**<b onclick="x">**',
    '[click](javascript:alert(1))',
    '[click](https://a.b/"onmouseover="x)',
    '`</code><script>`',
    '```\n</code></pre><script>\n',
    '# <iframe>',
    '- <svg/onload=x>',
    '<!-- hidden -->',
    '&lt;script&gt;',
    '<style>*{display:none}</style>',
  ])('%j stays text', (note) => {
    const page = asHtml(note);
    const body = page.slice(page.indexOf('<h2 id="section-1">Notes</h2>'));
    expect(body).not.toMatch(/<(script|img|b|iframe|svg|style|!--)\b|<!--/i);
    expect(body).not.toMatch(/<[^>]*\son\w+=|href="(?!https?:)/i);
    // Outside of code, Markdown takes nothing for a tag.
    const text = asMarkdown(note).replaceAll(/^```[^]*?^```$|`[^`\n]+`/gm, '');
    expect(text.slice(text.indexOf('## Notes'))).not.toMatch(/(?<!\\)<[a-z!/]/i);
  });

  it.each(['#', '- ', '   - x\n  # y', '```', '> ', '\u2028', '1.', '**', '_ _', '\r\n\r\n'])(
    '%j is read to its end',
    (note) => {
      expect(() => parseNote(note)).not.toThrow();
    },
  );

  it('of a hundred thousand marks is read in time', () => {
    expect(parseNote('_a_ `b` *'.repeat(11_000))).toHaveLength(1);
    expect(parseNote('['.repeat(100_000))).toHaveLength(1);
    expect(parseNote('**'.repeat(50_000))).toHaveLength(1);
  });
});

it('titles are text', () => {
  expect(asHtml('')).toContain('<title>A &lt;title&gt; &amp; more</title>');
  expect(asMarkdown('')).toContain('# A \\<title\\> &amp; more');
});

it('the page forbids itself to fetch anything and to run scripts', () => {
  const page = asHtml('x');
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  expect(page).not.toMatch(/<script|<link|@import|url\((?!#)|src=/);
});
