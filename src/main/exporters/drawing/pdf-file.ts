/** A drawing as a page of PDF, with its text as text and the letters of its fonts embedded. */
import { PDFDocument } from '@napi-rs/canvas';
import { replay } from './replay.ts';
import type { Drawing } from './shapes.ts';

const POINTS_PER_MILLIMETRE = 72 / 25.4;

/** @param size in millimetres. */
export function pdfOf(
  drawing: Drawing,
  size: { readonly width: number; readonly height: number },
  title: string,
): Uint8Array {
  const width = size.width * POINTS_PER_MILLIMETRE;
  const height = size.height * POINTS_PER_MILLIMETRE;
  const document = new PDFDocument({ title, creator: 'Ticket Workbench' });
  const paper = Math.ceil(height);
  const page = document.beginPage(Math.ceil(width), paper);
  replay(drawing, page, width / drawing.width);
  document.endPage();
  // The drawing begins at the top, and a box of PDF at the bottom.
  const box = [0, paper - height, width, paper].map((value) => Number(value.toFixed(3)));
  return withBox(document.close(), `/MediaBox [${box.join(' ')}]`);
}

/** Skia rounds a page to whole points. This gives it its size, and moves what is counted in bytes. */
function withBox(pdf: Buffer, box: string): Uint8Array {
  const text = pdf.toString('latin1');
  const found = /\/MediaBox \[[^\]]*\]/.exec(text);
  const tableAt = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(text)?.[1]);
  if (!found || Number.isNaN(tableAt))
    throw new Error('the PDF has no page or no table of objects');
  const longer = box.length - found[0].length;
  const objects =
    text.slice(0, found.index) + box + text.slice(found.index + found[0].length, tableAt);
  const table = text
    .slice(tableAt)
    .replaceAll(/^(\d{10})(?= \d{5} n)/gm, (offset) => {
      const at = Number(offset);
      return String(at > found.index ? at + longer : at).padStart(10, '0');
    })
    .replace(/(startxref\s+)\d+/, `$1${tableAt + longer}`);
  return Buffer.from(objects + table, 'latin1');
}
