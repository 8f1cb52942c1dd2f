/**
 * Loaded before a program that launch.mjs spawned: ends it when its launcher dies without being able
 * to say so (`kill -9`), so that it doesn't stay behind holding its work. The launcher holds the
 * other end of a pipe, which the system closes with it.
 *
 * It ends the way its launcher did: at once. A program that is asked politely (SIGINT, SIGTERM) gets
 * the signal itself and may take its time.
 */
import { Socket } from 'node:net';

const descriptor = process.env['TICKET_LEASH'];
if (descriptor !== undefined) {
  // Not meant for the program's own children and workers, which inherit the environment.
  delete process.env['TICKET_LEASH'];
  new Socket({ fd: Number(descriptor) })
    .on('error', () => undefined)
    .on('close', () => process.kill(process.pid, 'SIGKILL'))
    .resume()
    .unref();
}
