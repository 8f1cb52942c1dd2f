/** Bundles, which come from anyone: damaged as files, and changed within by someone who knows the format. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';
import type { Rng } from '../src/shared/rng.ts';
import { Store } from '../src/main/store/store.ts';
import { Workbench } from '../src/main/workbench/workbench.ts';
import { MANIFEST_FILE, type Manifest } from '../src/main/workbench/bundles/bundle-format.ts';
import { BundleReceiver } from './bundle-receiver.ts';
import { sampleBundles } from './bundle-samples.ts';
import { generate, mutate } from './mutate.ts';
import { changedTree } from './settings-targets.ts';
import type { Target } from './targets.ts';

type Files = Record<string, Uint8Array>;

/** @param folder an empty one. */
export async function bundleTargets(folder: string): Promise<Target[]> {
  const { bundles: samples, database } = await sampleBundles(folder);
  const file = path.join(folder, 'input.ticket');
  const nothing = path.join(folder, 'nothing.sqlite');
  Store.open(nothing).close();
  const receivers = [nothing, database].map(
    (template, index) => new BundleReceiver(template, path.join(folder, `merged-${index}.sqlite`)),
  );
  return [
    {
      name: 'bundle',
      make: (random) => {
        const sample = samples[random.below(samples.length)] ?? Buffer.of();
        if (random.below(20) === 0) return generate(random);
        return random.below(3) === 0 ? mutate(sample, random) : changedWithin(sample, random);
      },
      async take(input) {
        writeFileSync(file, input);
        // Half of them go where their searches are already. An input goes to the same each time.
        const [first = 0] = createHash('sha256').update(input).digest();
        const receiver = receivers[first % receivers.length]!;
        const kept = receiver.kept();
        const before = receiver.digest();
        try {
          await Workbench.over(receiver.store).bundles.merge(file);
        } catch (error) {
          if (receiver.digest() === before) throw error;
          receiver.reset();
          throw new Error('a bundle was refused, and something of it was written', {
            cause: error,
          });
        }
        try {
          await checkMerged(receiver, file, kept);
        } finally {
          receiver.reset();
        }
      },
      // Settings name every problem, with its path and what is allowed.
      hintless: ['invalid-settings'],
      close: () => {
        for (const receiver of receivers) receiver.close();
        return Promise.resolve();
      },
    },
  ];
}

/** One file of the bundle with other content, and a manifest that vouches for it. */
function changedWithin(sample: Buffer, random: Rng): Buffer {
  const files: Files = unzipSync(sample);
  const names = Object.keys(files);
  const name = names[random.below(names.length)] ?? MANIFEST_FILE;
  const content = files[name] ?? new Uint8Array();
  const isText = name.endsWith('.json');
  files[name] =
    isText && random.below(5) > 0
      ? strToU8(JSON.stringify(changedTree(JSON.parse(Buffer.from(content).toString()), random)))
      : mutate(content, random);
  if (name !== MANIFEST_FILE) vouch(files, name);
  return Buffer.from(zipSync(files, { level: 1 }));
}

function vouch(files: Files, name: string): void {
  const manifest = JSON.parse(Buffer.from(files[MANIFEST_FILE]!).toString()) as Manifest;
  const listed = manifest.files.find(({ path: each }) => each === name);
  const content = files[name]!;
  if (listed) {
    listed.bytes = content.length;
    listed.sha256 = createHash('sha256').update(content).digest('hex');
  }
  files[MANIFEST_FILE] = strToU8(JSON.stringify(manifest));
}

/** What was taken is sound, has left what was there, and changes nothing when it is taken again. */
async function checkMerged(
  receiver: BundleReceiver,
  file: string,
  before: ReadonlySet<string>,
): Promise<void> {
  const { store } = receiver;
  const problems = store.integrityCheck();
  if (problems.length > 0) throw new Error(`what was merged is damaged: ${problems.join('; ')}`);
  const after = receiver.kept();
  const lost = [...before].find((row) => !after.has(row));
  if (lost !== undefined) throw new Error(`the merge has changed what was there: ${lost}`);
  const merged = receiver.digest();
  await Workbench.over(store).bundles.merge(file);
  if (receiver.digest() !== merged) throw new Error('merging again has changed something');
}
