/** Programs of the system that open exported files. Tests that need one say why they skip. */
import { spawnSync } from 'node:child_process';

/** Why a program can't be used; undefined if it can. */
export function missingProgram(name: string, debianPackage: string): string | undefined {
  const { error } = spawnSync(name, ['--version'], { stdio: 'ignore' });
  return error ? `${name} is not installed: apt-get install ${debianPackage}` : undefined;
}

/** What a program prints. @throws Error with its complaint if it fails. */
export function outputOf(name: string, args: readonly string[], folder?: string): string {
  const { status, stdout, stderr, error } = spawnSync(name, args, {
    encoding: 'utf8',
    cwd: folder,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: ${stderr}\n${stdout.slice(-3000)}`);
  return stdout;
}
