/**
 * Loaded before a program that launch.mjs spawned. Kills the program if its launcher dies without
 * warning (`kill -9`), so that the program does not stay behind. The launcher holds the other end of a
 * pipe, which the system closes when the launcher dies.
 *
 * The program is killed at once, like its launcher. SIGINT and SIGTERM are forwarded to it instead, and
 * it may take its time.
 */
import { Socket } from 'node:net';

const descriptor = process.env['TICKET_LEASH'];
if (descriptor !== undefined) {
  // The program's own children and workers must not inherit it.
  delete process.env['TICKET_LEASH'];
  new Socket({ fd: Number(descriptor) })
    .on('error', () => undefined)
    .on('close', () => process.kill(process.pid, 'SIGKILL'))
    .resume()
    .unref();
}
