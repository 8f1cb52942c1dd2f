/** The README.md of a bundle: for whoever opens it without this program. */
import { amount } from '../../../shared/amount.ts';
import type { BundledSearch } from '../../../shared/domain/bundle.ts';

export function bundleReadme(bundled: readonly BundledSearch[], withWeights: boolean): string {
  const searches = bundled.map(({ id, name, settings }) => {
    const { architecture, dataset } = settings;
    return `- \`${id}\`: ${oneLine(name)} (${architecture.id} on ${dataset.id})`;
  });
  return `# Lottery tickets

This file was written by Ticket Workbench, which searches neural networks for winning tickets (Frankle & Carbin 2019, arXiv:1803.03635). It is a zip archive, and holds ${amount(searches.length, 'search', 'searches')}:

${searches.join('\n')}

With Ticket Workbench, take it into a history with \`ticket merge FILE\`. Without it:

- \`bundle.json\` lists every file with its size and SHA-256.
- \`searches/ID/search.json\` has the settings (as written, and in iterations), what was read of the data, the environment, and the layout of the network: name, shape and offset of each tensor in the flat vector of parameters.
- \`searches/ID/trainings/\` has a file for each training: replicate (counted from 0), level (0 is the dense network), branch, density (the fraction of prunable weights that is kept), every evaluation, and the SHA-256 of its arrays.
- \`arrays/SHA-256\` are these arrays: ${
    withWeights
      ? 'weights are float32, little-endian, one for each parameter; masks'
      : 'weights were left out; masks'
  } have one bit for each prunable weight, 1 for kept, the first weight in the lowest bit of the first byte.

\`\`\`python
import json, zipfile
import numpy as np

bundle = zipfile.ZipFile("FILE")
read = lambda name: json.loads(bundle.read(name))
id = read("bundle.json")["searches"][0]
tensors = read(f"searches/{id}/search.json")["parameters"]
names = [n for n in bundle.namelist() if n.startswith(f"searches/{id}/trainings/")]
for training in map(read, names):
    packed = bundle.read("arrays/" + training["arrays"]["mask"])
    mask = np.unpackbits(np.frombuffer(packed, np.uint8), bitorder="little")
    for tensor in (t for t in tensors if t["prunable"]):
        at = tensor["maskOffset"]
        kept = mask[at : at + tensor["size"]].reshape(tensor["shape"])
        print(training["key"], tensor["name"], kept.mean())
\`\`\`
`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
