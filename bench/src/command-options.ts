import { parseArgs } from 'node:util';

import { parseSubjects, positive } from './options.js';
import type { SubjectId } from './subjects/subject.js';

/** What the commands beside the main one have in common. */
export interface CommandOptions {
  readonly help: boolean;
  readonly quick: boolean;
  readonly rounds: number;
  readonly subjects: readonly SubjectId[];
  readonly jsonFile: string | undefined;
  /** For a command that runs as long as it is told to. */
  readonly minutes: number;
}

/** What is used where nothing is said. */
export interface CommandDefaults {
  /** As `--subjects` takes them. */
  readonly subjects: string;
  readonly rounds: number;
  readonly quickRounds: number;
  /** Where a command takes `--minutes`. */
  readonly minutes?: number;
  readonly quickMinutes?: number;
}

/** @throws Error that says what is wrong with the arguments. */
export function parseCommandOptions(args: readonly string[], defaults: CommandDefaults): CommandOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      subjects: { type: 'string', default: defaults.subjects },
      json: { type: 'string' },
      minutes: { type: 'string' },
    },
  });
  const { minutes: defaultMinutes } = defaults;
  if (values.minutes !== undefined && defaultMinutes === undefined)
    throw new Error('--minutes: this command has rounds');
  const rounds = positive(values.rounds, '--rounds') ?? (values.quick ? defaults.quickRounds : defaults.rounds);
  return {
    help: values.help,
    quick: values.quick,
    rounds: Math.ceil(rounds),
    subjects: parseSubjects(values.subjects),
    jsonFile: values.json,
    minutes: positive(values.minutes, '--minutes') ?? (values.quick ? defaults.quickMinutes : defaultMinutes) ?? 0,
  };
}

/** The options every command's help lists. */
export function optionsHelp({ subjects, rounds, quickRounds }: CommandDefaults): string {
  return `Options:
  --quick            ${quickRounds} short rounds: to see that everything works, not to quote
  --rounds N         rounds to measure (${rounds})
  --subjects LIST    which to measure (${subjects})
  --json FILE        write all figures to FILE, not to bench/results
  --help             this text`;
}
