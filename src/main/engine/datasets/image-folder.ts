import { z } from 'zod';
import { defineFileDataset } from './from-files.ts';
import { heldOutSettings, pathSetting } from './hparams.ts';
import { loadImages, summarizeImages } from './readers/image-files.ts';
import { findImages } from './readers/image-folder.ts';

const pixels = (title: string, description: string) =>
  z.int().min(1).max(4096).optional().meta({ title, description, unit: 'pixels' });

const hparams = z.object({
  folder: pathSetting(
    'Folder',
    'Holds one folder of PNG or JPEG images per class, or train and test with such folders.',
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
  ...heldOutSettings,
});

/** Images in folders named after their classes, as for torchvision's ImageFolder. */
export const imageFolder = defineFileDataset({
  id: 'image-folder',
  label: 'Image folder',
  description: 'PNG and JPEG images, one folder per class.',
  hparams,
  find: ({ folder }) => findImages(folder),
  summarize: summarizeImages,
  load: (choice, found, onReading) => loadImages('image-folder', choice, found, onReading),
});
