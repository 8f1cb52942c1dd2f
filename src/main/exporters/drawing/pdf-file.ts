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
  const document = new PDFDocument({ title, creator: 'Ticket Workbench' });
  const width = size.width * POINTS_PER_MILLIMETRE;
  const page = document.beginPage(width, size.height * POINTS_PER_MILLIMETRE);
  replay(drawing, page, width / drawing.width);
  document.endPage();
  return document.close();
}
