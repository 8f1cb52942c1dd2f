/**
 * Ends the output of a test run with `N passed, N failed, N skipped`, alone on the last line.
 *
 * Tests are counted, not files. What went wrong outside a test (a file that does not load, a hook, an
 * error that nobody caught) counts as one failed test each, so that `0 failed` means what it says. A
 * skipped test is listed with its reason, the note of `context.skip(note)`; a skip without a reason
 * fails the run.
 */
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  /** What the summary of the run does not say, one line each. */
  readonly remarks: string[];
}

export class ClosingLineReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tally: Tally = { passed: 0, failed: unhandledErrors.length, skipped: 0, remarks: [] };
    for (const module of modules) countModule(module, tally);
    if (tally.failed > 0) process.exitCode = 1;
    const closingLine = `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`;
    this.#vitest?.logger.log([...tally.remarks, closingLine].join('\n'));
  }
}

function countModule(module: TestModule, tally: Tally): void {
  const outsideTests: (TestModule | TestSuite)[] = [module, ...module.children.allSuites()];
  tally.failed += outsideTests.filter((entity) => entity.errors().length > 0).length;
  for (const test of module.children.allTests()) {
    if (isChosen(test)) countTest(test, tally);
  }
}

function countTest(test: TestCase, tally: Tally): void {
  const result = test.result();
  const name = `${test.module.relativeModuleId} > ${test.fullName}`;
  switch (result.state) {
    case 'passed':
      tally.passed += 1;
      return;
    case 'failed':
      tally.failed += 1;
      return;
    case 'pending':
      tally.failed += 1;
      tally.remarks.push(`not run: ${name}`);
      return;
    case 'skipped':
      if (result.note) {
        tally.skipped += 1;
        tally.remarks.push(`skipped: ${name}: ${result.note}`);
        return;
      }
      tally.failed += 1;
      tally.remarks.push(
        isBelowFailedHook(test)
          ? `not run: ${name}`
          : `skipped without a reason: ${name} (say it: context.skip('why'))`,
      );
  }
}

function isBelowFailedHook(entity: TestCase | TestSuite): boolean {
  const { parent } = entity;
  return parent.errors().length > 0 || (parent.type === 'suite' && isBelowFailedHook(parent));
}

/** Tests that `--testNamePattern` leaves out look skipped, but nobody asked for them. */
function isChosen(test: TestCase): boolean {
  const pattern = test.project.config.testNamePattern;
  return pattern?.test(test.fullName) ?? true;
}
