/** Exported networks in TensorFlow.js itself. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { loadTfjs } from '../../../../src/main/engine/kernels/tfjs.ts';
import { ensureSparseEngine } from '../../../../src/main/engine/sparse/ensure.ts';
import { tfjs } from '../../../../src/main/exporters/programs/tfjs.ts';
import { writeFolder } from '../../../../src/main/exporters/write-folder.ts';
import { largest } from '../../../../src/shared/extremes.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { SAMPLE_CHOICES, sampleModel } from './sample-models.ts';

beforeAll(() => ensureSparseEngine(['strict']));

it.each(SAMPLE_CHOICES)('%s gives the same logits in TensorFlow.js', async (_name, choice) => {
  const tf = loadTfjs();
  const model = sampleModel(choice);
  const { inputs, count, logits } = model.examples;
  const folder = path.join(temporaryFolder(), 'exported');
  writeFolder(folder, tfjs.files(model));

  const loaded = await tf.loadLayersModel(pathToFileURL(path.join(folder, 'model.json')).href);
  const computed = tf.tidy(() => {
    const output = loaded.predict(tf.tensor(inputs, [count, ...model.graph.inputShape]));
    if (Array.isArray(output)) throw new Error('the model has several outputs');
    return output.dataSync();
  });
  loaded.dispose();

  const scale = largest(logits.map(Math.abs));
  const differences = logits.map((logit, index) => Math.abs(logit - computed[index]!));
  expect(computed).toHaveLength(logits.length);
  expect(largest(differences) / scale).toBeLessThan(2e-6);
});
