/** The published figures in resources/published. */
import conv2 from '../../../../resources/published/conv-2.json' with { type: 'json' };
import conv2Small from '../../../../resources/published/conv-2-small.json' with { type: 'json' };
import conv4 from '../../../../resources/published/conv-4.json' with { type: 'json' };
import conv6 from '../../../../resources/published/conv-6.json' with { type: 'json' };
import lenet300100 from '../../../../resources/published/lenet-300-100.json' with { type: 'json' };
import permutedMasks from '../../../../resources/published/permuted-masks.json' with { type: 'json' };
import resnet20 from '../../../../resources/published/resnet-20.json' with { type: 'json' };
import stability from '../../../../resources/published/stability.json' with { type: 'json' };
import supermasks from '../../../../resources/published/supermasks.json' with { type: 'json' };
import vgg16 from '../../../../resources/published/vgg-16-compression.json' with { type: 'json' };
import { type PublishedFile, publishedFileSchema } from '../../../shared/published/schema.ts';

const sources: Readonly<Record<string, unknown>> = {
  'lenet-300-100': lenet300100,
  'conv-2': conv2,
  'conv-2-small': conv2Small,
  'conv-4': conv4,
  'conv-6': conv6,
  'resnet-20': resnet20,
  'vgg-16-compression': vgg16,
  supermasks,
  stability,
  'permuted-masks': permutedMasks,
};

let parsed: readonly PublishedFile[] | undefined;

/** Every file, in the order in which they are listed. */
export function publishedFiles(): readonly PublishedFile[] {
  parsed ??= Object.entries(sources).map(([name, source]) => {
    const file = publishedFileSchema.safeParse(source);
    if (file.success) return file.data;
    throw new Error(`resources/published/${name}.json: ${file.error.message}`);
  });
  return parsed;
}

/** The names of the files, without their ending. */
export function publishedFileNames(): string[] {
  return Object.keys(sources);
}
