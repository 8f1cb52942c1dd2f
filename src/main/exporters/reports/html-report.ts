/**
 * A report as one HTML page: its styles and charts are in it, no script runs, nothing is fetched. Charts
 * are there twice, for light and for dark, because a chart can't follow the theme of its reader.
 */
import type { DrawableChart } from '../../../shared/charts/chart-description.ts';
import { CHART_THEME_NAMES, CHART_THEMES } from '../../../shared/charts/palette.ts';
import type { TextTable } from '../../../shared/tables/text-table.ts';
import { chartElement } from '../chart.ts';
import { xml } from '../drawing/svg-file.ts';
import type { Report, ReportFact, ReportPart } from '../report.ts';
import { type NoteBlock, type NoteText, parseNote } from './note.ts';
import { REPORT_STYLES } from './report-styles.ts';
import { REPORT_LOOK } from './report-look.ts';

/** Browsers that obey it can't fetch anything or run a script, whatever the page says. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

export function htmlReport({ title, subtitle, sections }: Report): string {
  let charts = 0;
  const part = (described: ReportPart): string => {
    if (described.kind !== 'chart') return partOf(described);
    charts += 1;
    return figure(described.chart, charts);
  };
  const body = sections.map(
    (section, index) =>
      `<section aria-labelledby="section-${index + 1}">\n<h2 id="section-${index + 1}">${xml(section.title)}</h2>\n${section.parts.map(part).join('\n')}\n</section>`,
  );
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${xml(title)}</title>`,
    `<style>${REPORT_STYLES}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<header>\n<h1>${xml(title)}</h1>\n<p class="subtitle">${xml(subtitle)}</p>\n</header>`,
    ...body,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function partOf(part: Exclude<ReportPart, { kind: 'chart' }>): string {
  switch (part.kind) {
    case 'paragraph':
      return `<p>${xml(part.text)}</p>`;
    case 'list':
      return `<ul>${part.items.map((item) => `<li>${xml(item)}</li>`).join('')}</ul>`;
    case 'facts':
      return `<dl>${part.facts.map(factOf).join('')}</dl>`;
    case 'table':
      return tableOf(part.table);
    case 'commands':
      return `<pre tabindex="0"><code>${xml(part.lines.join('\n'))}</code></pre>`;
    case 'note':
      return parseNote(part.markdown).map(blockOf).join('\n');
  }
}

function factOf({ label, value }: ReportFact): string {
  return `<div><dt>${xml(label)}</dt><dd>${xml(value)}</dd></div>`;
}

function figure(chart: DrawableChart, number: number): string {
  const drawings = CHART_THEME_NAMES.map((name) => {
    const exported = { chart, theme: CHART_THEMES[name], look: REPORT_LOOK };
    return `<div class="${name}">${chartElement(exported, `${name}-${number}-`)}</div>`;
  });
  return `<figure>\n${drawings.join('\n')}\n<figcaption><strong>${xml(chart.title)}.</strong> ${xml(chart.subtitle)}</figcaption>\n</figure>`;
}

/** Wide tables scroll by themselves, also with the keyboard. */
function tableOf({ caption, columns, rows }: TextTable): string {
  const alignment = (index: number): string => (columns[index]?.isNumber ? ' class="number"' : '');
  const heading = columns.map(
    (column, index) => `<th scope="col"${alignment(index)}>${xml(column.heading)}</th>`,
  );
  const body = rows.map(
    (row) =>
      `<tr>${row.map((text, index) => `<td${alignment(index)}>${xml(text)}</td>`).join('')}</tr>`,
  );
  const named = caption === '' ? 'Table' : xml(caption);
  return [
    `<div class="scroll" role="region" tabindex="0" aria-label="${named}">`,
    '<table>',
    ...(caption === '' ? [] : [`<caption>${xml(caption)}</caption>`]),
    `<thead><tr>${heading.join('')}</tr></thead>`,
    `<tbody>${body.join('\n')}</tbody>`,
    '</table>',
    '</div>',
  ].join('\n');
}

function blockOf(block: NoteBlock): string {
  switch (block.kind) {
    case 'heading':
      return `<h3>${textOf(block.inner)}</h3>`;
    case 'paragraph':
      return `<p>${textOf(block.inner)}</p>`;
    case 'quote':
      return `<blockquote><p>${textOf(block.inner)}</p></blockquote>`;
    case 'list': {
      const items = block.items.map((item) => `<li>${textOf(item)}</li>`).join('');
      if (block.first === undefined) return `<ul>${items}</ul>`;
      return `<ol${block.first === 1 ? '' : ` start="${block.first}"`}>${items}</ol>`;
    }
    case 'code':
      return `<pre tabindex="0"><code>${xml(block.text)}</code></pre>`;
  }
}

function textOf(texts: readonly NoteText[]): string {
  return texts
    .map((text) => {
      switch (text.kind) {
        case 'text':
          return xml(text.text);
        case 'code':
          return `<code>${xml(text.text)}</code>`;
        case 'strong':
          return `<strong>${textOf(text.inner)}</strong>`;
        case 'emphasis':
          return `<em>${textOf(text.inner)}</em>`;
        case 'link':
          return `<a href="${xml(text.address)}" rel="noreferrer">${xml(text.text)}</a>`;
      }
    })
    .join('');
}
