import process from 'node:process';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type BenchProgress, BENCH_DENSITIES, runBench } from '../../../workbench/bench/bench.ts';
import { checkChartFile, writeChart } from '../../../workbench/bench/chart-file.ts';
import { type BenchEngine, BENCH_ENGINES } from '../../../workbench/bench/report.ts';
import { type WorkloadId, WORKLOAD_IDS } from '../../../workbench/bench/workloads.ts';
import { describeBench } from '../bench-report.ts';
import { bar, duration, formatProgress } from '../format.ts';
import { userPath, wholeNumber } from '../options.ts';
import type { Output } from '../output.ts';

interface BenchOptions {
  readonly workloads: readonly WorkloadId[];
  readonly densities: readonly number[];
  readonly engines?: readonly BenchEngine[];
  readonly warmUp?: number;
  readonly quick?: true;
  readonly json?: true;
  readonly out?: string;
  readonly force?: true;
  readonly python?: string;
}

/** How often progress is printed without a terminal. */
const NOTE_MILLISECONDS = 30_000;

export function benchCommand(output: Output): Command {
  return new Command('bench')
    .description(
      'Measure the speed of training on this machine, by engine and density. Takes minutes.',
    )
    .addOption(
      new Option('--workloads <list>', `some of ${WORKLOAD_IDS.join(', ')}`)
        .argParser((text) => listOf(text, WORKLOAD_IDS))
        .default(WORKLOAD_IDS, 'all'),
    )
    .addOption(
      new Option('--densities <list>', 'fractions of weights kept, such as 0.21,0.036 or 21%,3.6%')
        .argParser(densitiesOf)
        .default(BENCH_DENSITIES, BENCH_DENSITIES.join(',')),
    )
    .addOption(
      new Option(
        '--engines <list>',
        `some of ${BENCH_ENGINES.join(', ')}; by default all that can run`,
      ).argParser((text) => listOf(text, BENCH_ENGINES)),
    )
    .option('--warm-up <steps>', 'steps of every engine before it is timed', (text) =>
      wholeNumber(text, 1),
    )
    .option('--quick', 'only a few steps: shows that everything runs, but the figures mean nothing')
    .option('--json', 'print JSON')
    .option('--out <file>', 'also write a chart, .svg or .png', userPath)
    .option('--force', 'overwrite an existing chart')
    .addOption(
      new Option('--python <path>', 'Python with torch, to compare with PyTorch')
        .env('TICKET_PYTHON')
        .argParser(userPath),
    )
    .action(async (options: BenchOptions) => {
      const { out } = options;
      const overwrite = options.force === true;
      if (out !== undefined) checkChartFile(out, overwrite);
      const report = await measureInTerminal(options, output);
      if (out !== undefined) {
        writeChart(report, out, overwrite);
        output.note(`Wrote ${out}.`);
      }
      output.result(options.json ? JSON.stringify(report, null, 2) : describeBench(report));
    });
}

async function measureInTerminal(options: BenchOptions, output: Output) {
  const stop = new AbortController();
  const onSignal = (): void => {
    // A second Ctrl-C finds no handler and ends the process at once.
    forget();
    stop.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const forget = (): void => {
    for (const name of signals) process.off(name, onSignal);
  };
  for (const name of signals) process.on(name, onSignal);
  try {
    return await runBench(
      {
        workloads: options.workloads,
        densities: options.densities,
        engines: options.engines,
        isQuick: options.quick === true,
        python: options.python,
        warmUpSteps: options.warmUp,
      },
      { onProgress: progressIn(output) },
      stop.signal,
    );
  } finally {
    forget();
  }
}

function progressIn(output: Output): (progress: BenchProgress) => void {
  let noted = performance.now();
  return ({ fraction, etaSeconds, what }) => {
    const left = etaSeconds === undefined ? '' : `, ${duration(etaSeconds)} left`;
    const line = `${bar(fraction, 20)} ${formatProgress(fraction)}${left}  ${what}`;
    if (output.isTerminal) {
      output.status(line);
      return;
    }
    if (performance.now() - noted < NOTE_MILLISECONDS) return;
    noted = performance.now();
    output.note(line);
  };
}

/** @throws InvalidArgumentError that names an item that is not one of `allowed`. */
function listOf<Name extends string>(text: string, allowed: readonly Name[]): Name[] {
  const names = text.split(',').map((name) => name.trim());
  const known = names.map((name) => {
    const found = allowed.find((candidate) => candidate === name);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`"${name}" is not one of ${allowed.join(', ')}`);
  });
  return [...new Set(known)];
}

/** @throws InvalidArgumentError for anything but fractions in (0, 1] or percentages up to 100%. */
function densitiesOf(text: string): number[] {
  const densities = text.split(',').map((item) => {
    const [, digits = '', percent] = /^\s*([0-9.]+)\s*(%?)\s*$/.exec(item) ?? [];
    const value = percent ? Number(digits) / 100 : Number(digits);
    if (digits !== '' && value > 0 && value <= 1) return value;
    throw new InvalidArgumentError(
      `"${item}" is not a density; expected fractions above 0 and at most 1, such as 0.036 or 3.6%`,
    );
  });
  return [...new Set(densities)].sort((one, other) => other - one);
}
