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
      readonly isNumbered: boolean;
      readonly items: readonly (readonly NoteText[])[];
    }
  | { readonly kind: 'code'; readonly text: string };

const FENCE = /^\s*(```|~~~)/;
const HEADING = /^\s*#{1,6}\s+(.*)$/;
const BULLET = /^\s*[-*+]\s+(.*)$/;
const NUMBERED = /^\s*\d{1,9}[.)]\s+(.*)$/;
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
      blocks.push({ kind: 'list', isNumbered: false, items: takeWhile(BULLET).map(parseText) });
    } else if (NUMBERED.test(line)) {
      blocks.push({ kind: 'list', isNumbered: true, items: takeWhile(NUMBERED).map(parseText) });
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
  /`(?<code>[^`]+)`|\[(?<label>[^[\]]+)\]\((?<address>https?:\/\/[^\s()<>"]+)\)|\*\*(?<strong>[^*]+)\*\*|(?<![\w*])[*_](?<emphasis>[^*_\s](?:[^*_]*[^*_\s])?)[*_](?![\w*])/g;

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
  const { code, label, address, strong, emphasis } = groups;
  if (code !== undefined) return { kind: 'code', text: code };
  if (label !== undefined && address !== undefined) return { kind: 'link', text: label, address };
  if (strong !== undefined) return { kind: 'strong', inner: parseText(strong) };
  return { kind: 'emphasis', inner: [{ kind: 'text', text: emphasis ?? '' }] };
}
