import { Command } from 'commander';
import type { Output } from '../output.ts';
export function doctorCommand(output: Output): Command { return new Command('doctor').action(() => { output.note('todo'); }); }
