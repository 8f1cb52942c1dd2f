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
