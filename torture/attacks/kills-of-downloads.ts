/** Kills of what fetches: datasets, added datasets, and TensorFlow. */
import { checkOrphans, checkSuccess, checkSwept } from '../checks.ts';
import { childScript, startNode } from '../program.ts';
import { openWorld, serveSlowly } from '../small-world.ts';
import { tinyFiles, writeTinyFiles } from '../tiny-cifar.ts';
import { ATTACK, killAtRandom, type Scene } from './killing.ts';

/** What is killed is continued, and leaves nothing beside the dataset. */
export async function fetchScenario(scene: Scene): Promise<void> {
  const { torment, random } = scene;
  const files = tinyFiles();
  const server = await serveSlowly((name) => files[name]);
  try {
    for (const what of ['fetch', 'add'] as const) {
      const folder = torment.newFolder('datasets');
      const source =
        what === 'fetch' ? server.address : writeTinyFiles(torment.newFolder('source'));
      const start = () =>
        startNode([childScript('fetch.ts'), what, source], {
          environment: { TICKET_DATASETS_DIR: folder },
        });
      for (let kill = 1 + random.below(3); kill > 0; kill -= 1) {
        await killAtRandom(scene, `dataset ${what}`, start(), 900);
        await checkOrphans(torment, ATTACK);
      }
      // It loads the dataset, which checks the content.
      checkSuccess(torment, ATTACK, await start().ended, `dataset ${what} after a kill`);
      checkSwept(torment, ATTACK, folder, `a killed dataset ${what}`);
    }
  } finally {
    server.close();
  }
}

export async function provisionScenario(scene: Scene): Promise<void> {
  const { torment, random } = scene;
  const world = await openWorld(torment.newFolder('world'));
  try {
    for (let kill = 2 + random.below(3); kill > 0; kill -= 1) {
      await killAtRandom(scene, 'provisioning', world.provision(), 1600);
      await checkOrphans(torment, ATTACK);
    }
    const ended = await world.provision().ended;
    checkSuccess(torment, ATTACK, ended, 'provisioning after a kill');
    checkSwept(torment, ATTACK, world.cache, 'a killed provisioning');
  } finally {
    world.close();
  }
}
