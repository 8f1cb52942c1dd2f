/** In a JPEG file, metadata and thumbnails come before the size. */
export const HEADER_BYTES = 2 ** 18;

/** The content of an image's header. */
export interface ImageHeader {
  readonly format: 'PNG' | 'JPEG' | 'BMP' | 'GIF' | 'WebP' | 'TIFF';
  /** Width and height after the rotation that the Exif orientation asks for. */
  readonly width: number;
  readonly height: number;
  readonly isGrey: boolean;
  /** Bits of a channel, 8 for fewer. */
  readonly bits: 8 | 16;
}

/** Throws an error that names the file. By default its hint is that the file is damaged. */
export type Reject = (at: number, found: string, expected: string, hint?: string) => never;

export interface Format {
  readonly header: (bytes: Buffer, reject: Reject) => ImageHeader;
  /** The file without what would change its colours, after a check that it is whole. */
  readonly plain: (bytes: Buffer, reject: Reject) => Buffer;
}
