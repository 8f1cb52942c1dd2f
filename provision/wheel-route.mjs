/**
 * Route 2: takes TensorFlow's libraries and C headers from its Python wheel and compiles tfjs-node's
 * addon against them. Needs python3 with pip, a C++ compiler, and a package index that pip can reach.
 */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { quote, runCommand } from './command.mjs';
import { bytesBelow, sha256Of } from './files.mjs';
import { WHEEL_VERSION } from './installation.mjs';
import { packageManifest, record, requiredPackageDirectory } from './project.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { findTools, missingTools } from './tools.mjs';
import { withZip } from './zip.mjs';

/** @typedef {import('./command.mjs').Outcome} Outcome */
/** @typedef {import('./installation.mjs').RouteContext} RouteContext */
/** @typedef {import('./installation.mjs').Provisioned} Provisioned */

/**
 * A pinned wheel. Its Python version does not matter, but pip needs one, so it is pinned too.
 *
 * @typedef {object} Wheel
 * @property {string} package its name on the index
 * @property {string} platform pip's name of the system it is for
 * @property {number} bytes
 * @property {string} sha256
 * @property {readonly string[]} libraries in the folder `tensorflow/`; the first needs the second
 * @property {number} libraryBytes unpacked
 */

const LINUX_LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** By platform and architecture. No other wheel of this version has a C interface. */
const WHEELS = /** @type {Readonly<Record<string, Wheel>>} */ ({
  'linux-x64': {
    package: 'tensorflow-cpu',
    platform: 'manylinux_2_27_x86_64',
    bytes: 274_000_871,
    sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
    libraries: LINUX_LIBRARIES,
    libraryBytes: 853_308_936,
  },
  'linux-arm64': {
    package: 'tensorflow',
    platform: 'manylinux_2_27_aarch64',
    bytes: 281_946_471,
    sha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
    libraries: LINUX_LIBRARIES,
    libraryBytes: 883_062_208,
  },
  'darwin-arm64': {
    package: 'tensorflow',
    platform: 'macosx_12_0_arm64',
    bytes: 223_488_205,
    sha256: '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
    libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
    libraryBytes: 740_805_624,
  },
});

/** The folders of all headers that the addon includes. The wheel has 270 MB of other headers. */
const HEADERS = [
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/',
  'tensorflow/include/tsl/platform/',
  'tensorflow/include/xla/tsl/c/',
];

/** The addon's sources in tfjs-node's package. */
const SOURCES = ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'];
const QUIET_LOG = fileURLToPath(new URL('quiet-log.cc', import.meta.url));

/** Space for headers, the addon and the file system's overhead. */
const SPARE_BYTES = 64e6;

const COMPILE_TIMEOUT = 10 * 60_000;
const POLL_AFTER = 250;

/**
 * @param {string} system
 * @returns {Wheel | undefined}
 */
export function wheelFor(system) {
  return WHEELS[system];
}

/**
 * The free space needed during provisioning. The wheel itself is deleted afterwards.
 *
 * @param {Wheel} wheel
 * @returns {number}
 */
export function bytesNeeded(wheel) {
  return wheel.bytes + wheel.libraryBytes + SPARE_BYTES;
}

/**
 * @param {Wheel} wheel
 * @param {string} directory an empty folder that receives the libraries and the addon
 * @param {RouteContext} context
 * @returns {Promise<Provisioned>}
 * @throws {ProvisioningError}
 */
export async function provisionFromWheel(wheel, directory, context) {
  const tools = await findTools({ environment: context.site.environment, signal: context.signal });
  const missing = missingTools(tools, context.site.environment);
  if (missing) throw missing;
  await context.requireDiskSpace(bytesNeeded(wheel));
  context.note(
    `Setting up TensorFlow ${WHEEL_VERSION} from its Python wheel in ${context.site.cache}. This happens once.`,
  );

  const work = path.join(directory, 'work');
  const archive = await download(wheel, path.join(work, 'download'), context);
  await check(wheel, archive, context);
  await unpack(wheel, archive, { libraries: directory, headers: work }, context);
  await rm(path.dirname(archive), { recursive: true });
  const binding = 'tfjs_binding.node';
  await compile(
    {
      compiler: tools.compiler?.command ?? '',
      headers: path.join(work, 'tensorflow', 'include'),
      libraries: wheel.libraries.map((name) => path.join(directory, name)),
      output: path.join(directory, binding),
    },
    context,
  );
  await rm(work, { recursive: true });
  return { binding, tensorflow: WHEEL_VERSION };
}

/**
 * @param {Wheel} wheel
 * @param {string} directory
 * @param {RouteContext} context
 * @returns {Promise<string>} the wheel's file
 */
async function download(wheel, directory, context) {
  const { site, signal } = context;
  const temporary = path.join(directory, 'temporary');
  await mkdir(temporary, { recursive: true });
  const requirement = `${wheel.package}==${WHEEL_VERSION}`;
  const said = await context.step(
    `Download ${requirement}`,
    async (report) => {
      const poll = setInterval(() => {
        void bytesBelow(directory).then(report, () => undefined);
      }, POLL_AFTER);
      try {
        const outcome = await runCommand('python3', pipArguments(wheel, requirement, directory), {
          // pip downloads into its temporary folder, where progress can be measured. The C locale keeps
          // its messages recognisable.
          environment: { ...site.environment, TMPDIR: temporary, LC_ALL: 'C' },
          signal,
        });
        if (outcome.code !== 0) throw downloadError(requirement, outcome.output);
        return outcome.output;
      } finally {
        clearInterval(poll);
      }
    },
    wheel.bytes,
  );
  await rm(temporary, { recursive: true, force: true });
  const [file] = (await readdir(directory)).filter((name) => name.endsWith('.whl'));
  if (file !== undefined) return path.join(directory, file);
  throw new ProvisioningError(
    `pip succeeded, but left no wheel of ${requirement}.\n${quote('pip', said)}`,
    'Try the same by hand: python3 -m pip download --no-deps ' + requirement,
  );
}

/**
 * @param {Wheel} wheel
 * @param {string} requirement
 * @param {string} directory
 * @returns {string[]}
 */
function pipArguments(wheel, requirement, directory) {
  return [
    ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:'],
    ...['--implementation', 'cp', '--python-version', '3.12', '--abi', 'cp312'],
    ...['--platform', wheel.platform],
    ...['--dest', directory, '--no-cache-dir', '--no-input', '--disable-pip-version-check'],
    ...['--progress-bar', 'off', '--retries', '2'],
    requirement,
  ];
}

/**
 * @param {string} requirement
 * @param {string} output pip's
 * @returns {ProvisioningError}
 */
function downloadError(requirement, output) {
  const said = quote('pip', output);
  if (/No space left on device|Errno 28\b/.test(output)) {
    return new ProvisioningError(
      `the disk filled up while ${requirement} was being downloaded.`,
      'Free some space, or choose a folder on another disk with TICKET_CACHE_DIR.',
    );
  }
  if (NO_NETWORK.test(output)) {
    return new ProvisioningError(
      `${requirement} can't be downloaded: pip can't reach its package index.\n${said}`,
      'Connect this machine to the network once (behind a proxy, set HTTPS_PROXY), or point pip to ' +
        'an index or folder it reaches: PIP_INDEX_URL, PIP_FIND_LINKS.',
    );
  }
  return new ProvisioningError(
    `pip could not download ${requirement}.\n${said}`,
    `See what pip says to: python3 -m pip download --no-deps ${requirement}`,
  );
}

/** Messages of pip and its libraries about an unreachable network. */
const NO_NETWORK =
  /ConnectionError|NewConnectionError|Failed to establish a new connection|NameResolution|name resolution|Max retries exceeded|ConnectTimeout|ReadTimeout|Read timed out|ProxyError|SSLError|Network is unreachable|Connection (refused|reset|aborted|broken)/i;

/**
 * @param {Wheel} wheel
 * @param {string} archive
 * @param {RouteContext} context
 * @returns {Promise<void>}
 * @throws {ProvisioningError} if it is not the pinned one
 */
async function check(wheel, archive, context) {
  const { size } = await stat(archive);
  const sha256 = await context.step(
    'Check it',
    (report) => sha256Of(archive, { onBytes: report, signal: context.signal }),
    size,
  );
  if (sha256 === wheel.sha256) return;
  throw new ProvisioningError(
    `the downloaded ${path.basename(archive)} is not the expected file: its SHA-256 is ${sha256}; ` +
      `expected ${wheel.sha256}.`,
    'It was changed or truncated on the way. Try again; "python3 -m pip config list" shows which index ' +
      'and folders pip uses.',
  );
}

/**
 * @param {Wheel} wheel
 * @param {string} archive
 * @param {{ libraries: string, headers: string }} folders
 * @param {RouteContext} context
 * @returns {Promise<void>}
 */
function unpack(wheel, archive, folders, context) {
  return withZip(archive, (zip) => unpackEntries(wheel, zip, folders, context));
}

/**
 * @param {Wheel} wheel
 * @param {import('./zip.mjs').ZipArchive} zip
 * @param {{ libraries: string, headers: string }} folders
 * @param {RouteContext} context
 * @returns {Promise<void>}
 */
async function unpackEntries(wheel, zip, folders, { step, signal }) {
  const libraries = new Set(wheel.libraries.map((name) => `tensorflow/${name}`));
  const entries = zip.entries.filter(
    ({ fileName }) =>
      libraries.has(fileName) ||
      (fileName.endsWith('.h') && HEADERS.some((folder) => fileName.startsWith(folder))),
  );
  const found = entries.filter(({ fileName }) => libraries.has(fileName)).length;
  if (found !== libraries.size) {
    throw new ProvisioningError(
      `the wheel of ${wheel.package} lacks ${wheel.libraries.join(' or ')}.`,
      'Please report this: the pinned wheel is expected to have them.',
    );
  }
  const total = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  await step(
    'Unpack its libraries',
    async (report) => {
      let done = 0;
      const onBytes = (/** @type {number} */ bytes) => {
        done += bytes;
        report(done);
      };
      for (const entry of entries) {
        const destination = libraries.has(entry.fileName)
          ? path.join(folders.libraries, path.posix.basename(entry.fileName))
          : path.join(folders.headers, entry.fileName);
        await zip.extract(entry, destination, { onBytes, signal });
      }
    },
    total,
  );
}

/**
 * @param {{ compiler: string, headers: string, libraries: readonly string[], output: string }} what
 * @param {RouteContext} context
 * @returns {Promise<void>}
 * @throws {ProvisioningError} with the compiler's output
 */
async function compile({ compiler, headers, libraries, output }, context) {
  const { site, signal } = context;
  const nodeApi = path.join(requiredPackageDirectory('node-api-headers'), 'include');
  // The addon finds its libraries next to itself, wherever the cache is.
  const isMac = site.system.startsWith('darwin');
  const linking = isMac
    ? ['-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path']
    : ['-Wl,-rpath,$ORIGIN'];
  const args = [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-w'],
    `-DNAPI_VERSION=${nodeApiVersion(site.tfjsNode)}`,
    ...['-I', nodeApi, '-I', headers],
    ...SOURCES.map((file) => path.join(site.tfjsNode, file)),
    QUIET_LOG,
    ...libraries,
    ...linking,
    ...['-o', output],
  ];
  await context.step('Compile the addon', async () => {
    const outcome = await runCommand(compiler, args, {
      environment: { ...site.environment, TMPDIR: path.dirname(output), LC_ALL: 'C' },
      timeout: COMPILE_TIMEOUT,
      signal,
    });
    if (outcome.code !== 0) throw compileError(compiler, outcome);
  });
}

/**
 * @param {string} compiler
 * @param {Outcome} outcome
 * @returns {ProvisioningError}
 */
function compileError(compiler, outcome) {
  if (outcome.output.includes('No space left on device')) {
    return new ProvisioningError(
      'the disk filled up while the TensorFlow addon was being compiled.',
      'Free some space, or choose a folder on another disk with TICKET_CACHE_DIR.',
    );
  }
  const how = outcome.timedOut
    ? `took longer than ${COMPILE_TIMEOUT / 60_000} minutes`
    : `failed (${outcome.signal ?? `exit code ${outcome.code ?? '?'}`})`;
  return new ProvisioningError(
    `compiling the TensorFlow addon with ${compiler} ${how}.\n${quote(compiler, outcome.output)}`,
    'A C++17 compiler with its standard library is needed: g++ 7 or clang++ 5, or newer.',
  );
}

/**
 * The highest version of Node-API that the addon supports. Its folder is named after it.
 *
 * @param {string} tfjsNode
 * @returns {number}
 */
function nodeApiVersion(tfjsNode) {
  const versions = record(packageManifest(tfjsNode)['binary'])['napi_versions'];
  return Math.max(.../** @type {number[]} */ (versions));
}
