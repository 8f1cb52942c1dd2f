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
    'Holds a folder of PNG or JPEG images for each class, or train and test with such folders.',
  ),
  width: pixels('Width', 'What all images are brought to; none: they have one size as they are.'),
  height: pixels('Height', 'As the width; both or none.'),
  channels: z.enum(['rgb', 'grey']).default('rgb').meta({
    title: 'Channels',
    description: 'Red, green and blue, or shades of grey.',
  }),
  ...heldOutSettings,
});

/** Images in folders named after their classes, as for torchvision's ImageFolder. */
export const imageFolder = defineFileDataset({
  id: 'image-folder',
  label: 'Folder of images',
  description: 'PNG and JPEG images in a folder for each class.',
  hparams,
  find: ({ folder }) => findImages(folder),
  summarize: summarizeImages,
  load: (choice, found, onReading) => loadImages('image-folder', choice, found, onReading),
});
