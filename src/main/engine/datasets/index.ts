import { registry } from '../../../shared/domain/definition.ts';
import { cifar10 } from './cifar-10.ts';
import { csv } from './csv.ts';
import { fashionMnist } from './fashion-mnist.ts';
import { gaussianBlobs } from './gaussian-blobs.ts';
import { idx } from './idx.ts';
import { imageFolder } from './image-folder.ts';
import { mnist } from './mnist.ts';
import { npz } from './npz.ts';
import { spirals } from './spirals.ts';
import { twoMoons } from './two-moons.ts';

export const datasets = registry('dataset', [
  mnist,
  fashionMnist,
  cifar10,
  idx,
  csv,
  npz,
  imageFolder,
  twoMoons,
  spirals,
  gaussianBlobs,
]);
