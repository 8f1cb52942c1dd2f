/** What electron-builder makes of the staged files (stage.ts). */
import path from 'node:path';
import type { Configuration } from 'electron-builder';
import { PROJECT_DIRECTORY } from '../provision/project.mjs';
import type { Electron } from './electron.ts';

/** electron-builder wants a maintainer; there is no address. */
const MAINTAINER = 'Ticket Workbench <maintainers@ticket-workbench.invalid>';

/** @param folder what `stage` has filled */
export function configuration(folder: string, electron: Electron): Configuration {
  const inProject = (name: string): string => path.join(PROJECT_DIRECTORY, name);
  const { distribution, version, fuses, debCompression } = electron;
  return {
    appId: 'org.ticket-workbench.desktop',
    productName: 'Ticket Workbench',
    copyright: 'MIT License',
    electronVersion: version,
    ...(distribution === undefined ? {} : { electronDist: distribution }),
    electronFuses: fuses,
    directories: {
      app: path.join(folder, 'application'),
      output: inProject('out/installers'),
      buildResources: inProject('packaging'),
    },
    asar: true,
    // The main process is one bundle, and the packages of the workbench are staged.
    beforeBuild: () => Promise.resolve(false),
    // What the workbench's process and the command run on plain Node, which reads no archives.
    extraResources: [
      { from: path.join(folder, 'workbench'), to: 'workbench' },
      // electron-builder leaves out a folder of this name unless it is asked for.
      { from: path.join(folder, 'workbench/node_modules'), to: 'workbench/node_modules' },
      { from: inProject('packaging/command'), to: 'bin' },
    ],
    linux: {
      target: ['AppImage', 'deb'],
      executableName: 'ticket-workbench',
      category: 'Science',
      icon: inProject('packaging/icons'),
      synopsis: 'Find, judge and keep winning tickets of the Lottery Ticket Hypothesis',
      maintainer: MAINTAINER,
    },
    deb: {
      packageCategory: 'science',
      compression: debCompression,
      afterInstall: inProject('packaging/after-install.sh'),
      afterRemove: inProject('packaging/after-remove.sh'),
      fpm: [`${inProject('packaging/usr-bin-ticket')}=/usr/bin/ticket`],
    },
    mac: {
      target: ['dmg'],
      category: 'public.app-category.education',
      icon: inProject('resources/icon.png'),
      hardenedRuntime: true,
    },
    win: { target: ['nsis'], icon: inProject('resources/icon.png') },
    nsis: {
      oneClick: false,
      perMachine: false,
      allowToChangeInstallationDirectory: true,
      // Searches outlive the application.
      deleteAppDataOnUninstall: false,
    },
    publish: null,
  };
}
