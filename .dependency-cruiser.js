/**
 * The arrows of ARCHITECTURE.md, which a part's imports may follow:
 *
 *     shared <- engine, store, exporters <- workbench <- hosts
 *     shared <- preload
 *     shared <- renderer
 *
 * Imports of types count as well.
 */

/** @typedef {import('dependency-cruiser').IForbiddenRuleType} Rule */

/**
 * Matches a package, whether it is installed or not.
 *
 * @param {string} name
 */
const npmPackage = (name) => `(^|/)node_modules/(@types/)?${name}/|^${name}(/|$)`;

/**
 * Files of `part` import nothing of src/ but their own part and what is `reachable`.
 *
 * @param {string} part
 * @param {string[]} reachable
 * @param {string} comment
 * @returns {Rule}
 */
const arrow = (part, reachable, comment) => ({
  name: `arrow-of-${part.replace('main/', '')}`,
  comment,
  severity: 'error',
  from: { path: `^src/${part}/` },
  to: { path: '^src/', pathNot: `^src/(${[part, ...reachable].join('|')})/` },
});

/**
 * Of src/, only files of `owner` import the package.
 *
 * @param {string} owner
 * @param {string} name
 * @param {string} comment
 * @returns {Rule}
 */
const onlyImporter = (owner, name, comment) => ({
  name: `only-importer-of-${name.replace(/^.*[/]/, '')}`,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${owner}/` },
  to: { path: npmPackage(name) },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'every-file-in-its-part',
      comment: 'A file outside every part follows no arrow: move it to where its name says.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/(shared|main/(engine|store|exporters|workbench|hosts)|preload|renderer)/',
      },
      to: {},
    },
    {
      name: 'shared-is-pure',
      comment: 'src/shared runs anywhere: it imports zod and itself, charts the types of Chart.js.',
      severity: 'error',
      from: { path: '^src/shared/', pathNot: '^src/shared/charts/' },
      to: { pathNot: ['^src/shared/', npmPackage('zod')] },
    },
    {
      name: 'shared-charts-are-pure',
      comment: 'A chart is plain data, drawn by whoever has Chart.js: here its types only.',
      severity: 'error',
      from: { path: '^src/shared/charts/' },
      to: { pathNot: ['^src/shared/'], dependencyTypesNot: ['type-only'] },
    },
    arrow('main/engine', ['shared'], 'The engine trains; it knows neither store nor hosts.'),
    arrow('main/store', ['shared'], 'The store keeps; the workbench joins it to the engine.'),
    arrow('main/exporters', ['shared'], 'An exporter writes a format; it is given what to write.'),
    arrow(
      'main/workbench',
      ['shared', 'main/engine', 'main/store', 'main/exporters'],
      'The workbench joins the parts; no host, preload or renderer is known to it.',
    ),
    arrow(
      'main/hosts',
      ['shared', 'main/workbench'],
      'Hosts are thin: they reach engine, store and exporters through the workbench only.',
    ),
    arrow('preload', ['shared'], 'The bridge knows the contract, and neither side of it.'),
    arrow('renderer', ['shared'], 'The renderer never imports main, not even a type.'),
    onlyImporter(
      'main/engine/kernels',
      '@tensorflow/tfjs-node',
      'Raw kernels are wrapped once, typed, in engine/kernels.',
    ),
    onlyImporter('main/store', 'better-sqlite3', 'Nobody but the store knows SQLite.'),
    {
      name: 'src-stands-alone',
      comment: 'What ships never imports tests, benchmarks or the command that starts it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|bin|torture)/' },
    },
    {
      name: 'provisioning-before-the-parts',
      comment:
        'Provisioning comes before everything else. Only hosts and the setup of TensorFlow ask it; the ' +
        'engine asks it where the addon, the compiler and the cache are, and datasets are fetched with the same ' +
        'lock, downloads and guarded programs. Everyone replaces files, and asks which processes ' +
        'live, in one way.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot:
          '^src/main/(hosts|workbench/tensorflow|workbench/datasets/(lock|packages|http-download)[.]ts$|' +
          'engine/(kernels/binding|sparse/(native-)?build)[.]ts$)',
      },
      to: { path: '^provision/', pathNot: '^provision/(atomic-file|processes)[.]mjs$' },
    },
    {
      name: 'src-uses-dependencies',
      comment: 'What ships imports only what package.json names under dependencies.',
      severity: 'error',
      from: { path: '^src/', pathNot: '[.]d[.]ts$' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        // It is what an installer is built around, and electron-builder wants it nowhere else.
        pathNot: npmPackage('electron'),
      },
    },
    onlyImporter(
      '(main/hosts/electron|preload)',
      'electron',
      'Everything but the desktop host runs without Electron.',
    ),
    {
      name: 'no-cycles',
      comment:
        'Of two files that import each other neither can be read first. Components may: a list of ' +
        'lists is drawn by one that draws itself. Imports of types count.',
      severity: 'error',
      from: {},
      to: {
        circular: true,
        via: { pathNot: '[.]svelte$' },
      },
    },
    {
      name: 'no-orphans',
      comment: 'A file that imports nothing and that nothing imports is left over.',
      severity: 'error',
      from: { orphan: true, pathNot: ['[.]d[.]ts$', '^test/(fixtures|.*[.]test[.]ts$)'] },
      to: {},
    },
    {
      name: 'no-unresolved',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
