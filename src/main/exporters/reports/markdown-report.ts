/** A report as Markdown. Its charts are pictures within the text. */
import type { DrawableChart } from '../../../shared/charts/chart-description.ts';
import { LIGHT_THEME } from '../../../shared/charts/palette.ts';
import { largest } from '../../../shared/extremes.ts';
import { markdownTable, markdownText } from '../../../shared/tables/markdown.ts';
import { chartFile } from '../chart.ts';
import type { Report, ReportPart } from '../report.ts';
import { type NoteBlock, type NoteText, parseNote } from './note.ts';
import { REPORT_LOOK } from './report-look.ts';

export function markdownReport({ title, subtitle, sections }: Report): string {
  return [
    `# ${markdownText(title)}`,
    markdownText(subtitle),
    ...sections.flatMap((section) => [
      `## ${markdownText(section.title)}`,
      ...section.parts.map(partOf),
    ]),
    '',
  ].join('\n\n');
}

function partOf(part: ReportPart): string {
  switch (part.kind) {
    case 'paragraph':
      return markdownText(part.text);
    case 'list':
      return part.items.map((item) => `- ${markdownText(item)}`).join('\n');
    case 'facts':
      return part.facts
        .map(({ label, value }) => `- **${markdownText(label)}:** ${markdownText(value)}`)
        .join('\n');
    case 'table': {
      const { caption } = part.table;
      const table = markdownTable(part.table).trimEnd();
      return caption === '' ? table : `${table}\n\n${markdownText(caption)}`;
    }
    case 'chart':
      return pictureOf(part.chart);
    case 'commands':
      return fenced(part.lines.join('\n'), 'sh');
    case 'note':
      return parseNote(part.markdown).map(blockOf).join('\n\n');
  }
}

function pictureOf(chart: DrawableChart): string {
  const svg = chartFile({ chart, theme: LIGHT_THEME, look: REPORT_LOOK }, 'svg');
  const data = Buffer.from(svg).toString('base64');
  return [
    `![${markdownText(chart.title)}](data:image/svg+xml;base64,${data})`,
    `**${markdownText(chart.title)}.** ${markdownText(chart.subtitle)}`,
  ].join('\n\n');
}

/** The fence is longer than any within the text. */
function fenced(text: string, language = ''): string {
  const longest = largest([2, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length)]);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function blockOf(block: NoteBlock): string {
  switch (block.kind) {
    case 'heading':
      return `### ${textOf(block.inner)}`;
    case 'paragraph':
      return textOf(block.inner);
    case 'quote':
      return `> ${textOf(block.inner)}`;
    case 'list':
      return block.items
        .map((item, index) => {
          const mark = block.first === undefined ? '-' : `${block.first + index}.`;
          return `${mark} ${textOf(item)}`;
        })
        .join('\n');
    case 'code':
      return fenced(block.text);
  }
}

function textOf(texts: readonly NoteText[]): string {
  return texts
    .map((text, index) => {
      switch (text.kind) {
        case 'text': {
          const escaped = markdownText(text.text);
          // Before a link it would make a picture, which is fetched.
          return texts[index + 1]?.kind === 'link' ? escaped.replace(/!$/, '\\!') : escaped;
        }
        case 'code':
          return `\`${text.text}\``;
        case 'strong':
          return `**${textOf(text.inner)}**`;
        case 'emphasis':
          return `*${textOf(text.inner)}*`;
        case 'link':
          return `[${markdownText(text.text)}](${text.address})`;
      }
    })
    .join('');
}
