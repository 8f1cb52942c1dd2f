import { z } from 'zod';
import { defineFileDataset } from './from-files.ts';
import { heldOutSettings, ownValidationSetting, pathSetting, quietDefault } from './hparams.ts';
import { type ImageChoice, loadImages, summarizeImages } from './readers/image-files.ts';
import { findImages } from './readers/image-folder.ts';

const pixels = (title: string, description: string) =>
  z.int().min(1).max(4096).optional().meta({ title, description, unit: 'pixels' });

const hparams = z.object({
  folder: pathSetting(
    'Folder',
    'Holds one folder of images per class, or train and test with such folders.',
  ),
  width: pixels(
    'Width',
    'All images are resized to this. Leave it empty if they have the same size.',
  ),
  height: pixels('Height', 'Give both width and height, or neither.'),
  channels: z.enum(['rgb', 'grey']).default('rgb').meta({
    title: 'Channels',
    description: 'Colour, or shades of grey.',
  }),
  depth: quietDefault(z.enum(['8-bit', '16-bit']), '8-bit').meta({
    title: 'Depth',
    description:
      '8-bit keeps the upper 8 bits of 16-bit images. 16-bit keeps all of them, as floats from 0 to 65535.',
  }),
  otherFormats: quietDefault(z.boolean(), false).meta({
    title: 'Other formats',
    description:
      'Reads BMP, GIF, TIFF and WebP images also where they lie beside PNG and JPEG images.',
  }),
  ...ownValidationSetting,
  ...heldOutSettings,
});

const choiceOf = ({ depth, ...choice }: z.infer<typeof hparams>): ImageChoice => ({
  ...choice,
  isDeep: depth === '16-bit',
});

/** Images in folders named after their classes, as for torchvision's ImageFolder. */
export const imageFolder = defineFileDataset({
  id: 'image-folder',
  label: 'Image folder',
  description: 'PNG, JPEG and other images, one folder per class.',
  hparams,
  find: ({ folder, otherFormats = false, validationFrom }) =>
    findImages(folder, {
      hasOtherFormats: otherFormats,
      hasOwnValidation: validationFrom === 'own',
    }),
  summarize: (choice, found) => summarizeImages(choiceOf(choice), found),
  load: (choice, found, onReading) =>
    loadImages('image-folder', choiceOf(choice), found, onReading),
});
