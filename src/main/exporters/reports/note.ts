/**
 * Notes in a small part of Markdown: headings, paragraphs, lists, quotes, code, bold, italics and links.
 * A note is text that nobody has checked. Whatever else it holds, HTML above all, stays text.
 */

export type NoteText =
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis'; readonly inner: readonly NoteText[] }
  /** To http or https only. */
  | { readonly kind: 'link'; readonly text: string; readonly address: string };

export type NoteBlock =
  | { readonly kind: 'heading' | 'paragraph' | 'quote'; readonly inner: readonly NoteText[] }
  | {
      readonly kind: 'list';
      /** The number of the first item; undefined for a list without numbers. */
      readonly first: number | undefined;
      readonly items: readonly (readonly NoteText[])[];
    }
  | { readonly kind: 'code'; readonly text: string };

const FENCE = /^\s*(```|~~~)/;
const HEADING = /^\s*#{1,6}\s+(.*)$/;
const BULLET = /^\s*[-*+]\s+(.*)$/;
const NUMBERED = /^\s*\d{1,9}[.)]\s+(.*)$/;
/** A line of a list that goes on with the item above it. */
const CONTINUED = /^\s+(?=\S)(.*)$/;
const QUOTE = /^\s*>\s?(.*)$/;

export function parseNote(markdown: string): NoteBlock[] {
  const lines = markdown.split(/\r\n|\r|\n/);
  const blocks: NoteBlock[] = [];
  let at = 0;
  /** The first group of every line from here on that fits. */
  const takeWhile = (pattern: RegExp): string[] => {
    const taken: string[] = [];
    for (; at < lines.length; at += 1) {
      const text = pattern.exec(lines[at]!)?.[1];
      if (text === undefined) break;
      taken.push(text);
    }
    return taken;
  };
  /** The items of a list, whose lines may go on below each of them, indented. */
  const takeItems = (pattern: RegExp): string[] => {
    const items: string[] = [];
    for (; at < lines.length; at += 1) {
      const line = lines[at]!;
      const item = pattern.exec(line)?.[1];
      const more = PLAIN.test(line) ? CONTINUED.exec(line)?.[1] : undefined;
      if (item !== undefined) items.push(item);
      else if (more !== undefined) items.push(`${items.pop() ?? ''} ${more}`);
      else break;
    }
    return items;
  };
  while (at < lines.length) {
    const line = lines[at]!;
    if (line.trim() === '') {
      at += 1;
    } else if (FENCE.test(line)) {
      const start = at + 1;
      const length = lines.slice(start).findIndex((each) => FENCE.test(each));
      // A fence that is never closed ends with the note.
      const end = length === -1 ? lines.length : start + length;
      blocks.push({ kind: 'code', text: lines.slice(start, end).join('\n') });
      at = end + 1;
    } else if (HEADING.test(line)) {
      blocks.push({ kind: 'heading', inner: parseText(HEADING.exec(line)![1]!) });
      at += 1;
    } else if (BULLET.test(line)) {
      blocks.push({ kind: 'list', first: undefined, items: takeItems(BULLET).map(parseText) });
    } else if (NUMBERED.test(line)) {
      const first = Number.parseInt(line.trimStart(), 10);
      blocks.push({ kind: 'list', first, items: takeItems(NUMBERED).map(parseText) });
    } else if (QUOTE.test(line)) {
      blocks.push({ kind: 'quote', inner: parseText(takeWhile(QUOTE).join(' ')) });
    } else {
      at += 1;
      const paragraph = [line, ...takeWhile(PLAIN)].join(' ');
      blocks.push({ kind: 'paragraph', inner: parseText(paragraph) });
    }
  }
  return blocks;
}

/** A line that begins nothing else. */
const PLAIN = /^(?!\s*(?:```|~~~|#{1,6}\s|[-*+]\s|\d{1,9}[.)]\s|>))(.*\S.*)$/;

/** Code comes first, because nothing within it means anything. */
const MARKS =
  /`(?<code>[^`]+)`|\[(?<label>[^[\]]+)\]\((?<address>https?:\/\/[^\s()<>"]+)\)|\*\*(?<strong>[^*]+)\*\*|(?<!\w)__(?<underlined>[^_]+)__(?!\w)|(?<![\w*])[*_](?<emphasis>[^*_\s](?:[^*_]*[^*_\s])?)[*_](?![\w*])/g;

function parseText(text: string): NoteText[] {
  const texts: NoteText[] = [];
  let end = 0;
  for (const found of text.matchAll(MARKS)) {
    if (found.index > end) texts.push({ kind: 'text', text: text.slice(end, found.index) });
    texts.push(markOf(found.groups ?? {}));
    end = found.index + found[0].length;
  }
  if (end < text.length) texts.push({ kind: 'text', text: text.slice(end) });
  return texts;
}

function markOf(groups: Readonly<Record<string, string | undefined>>): NoteText {
  const { code, label, address, emphasis } = groups;
  const strong = groups['strong'] ?? groups['underlined'];
  if (code !== undefined) return { kind: 'code', text: code };
  if (label !== undefined && address !== undefined) return { kind: 'link', text: label, address };
  if (strong !== undefined) return { kind: 'strong', inner: parseText(strong) };
  return { kind: 'emphasis', inner: [{ kind: 'text', text: emphasis ?? '' }] };
}
