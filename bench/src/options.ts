import { parseArgs } from 'node:util';

export const SUBJECT_NAMES = ['floor', 'standalone', 'split'] as const;
export type SubjectName = (typeof SUBJECT_NAMES)[number];

export interface BenchOptions {
  readonly help: boolean;
  readonly subjects: readonly SubjectName[];
  readonly rounds: number;
  readonly durationMs: number;
  readonly warmUpMs: number;
  /** Where to write all figures as JSON. */
  readonly jsonFile: string | undefined;
}

export const HELP = `Measures what Switchyard costs, as multiples of the floor: a single raw node:http + undici process that forwards.

The same load goes in interleaved rounds through each subject to a mock upstream. Counted is the CPU time of all
processes of a subject, per request and per streamed event. It takes about 3 minutes; close other programs first.

Usage: npm run bench -- [options]
       npm run bench -- translate [options]    what translating streams costs; see translate --help

  --quick            2 short rounds, about 1 minute: to see that everything works, not to quote
  --subjects LIST    which to measure, separated by commas (${SUBJECT_NAMES.join(',')})
  --rounds N         rounds to measure (5)
  --seconds N        seconds of load per run (3)
  --json FILE        write every single measurement and the summary to FILE
  --help             this text

Examples:
  npm run bench
  npm run bench -- --quick
  npm run bench -- translate --quick
  npm run bench -- --subjects floor,split --rounds 7 --json bench/results/split.json
`;

/** @throws Error that says what is wrong with the arguments. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      subjects: { type: 'string', default: SUBJECT_NAMES.join(',') },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const seconds = positive(values.seconds, '--seconds') ?? (values.quick ? 1.5 : 3);
  return {
    help: values.help,
    subjects: values.subjects.split(',').map(subjectName),
    rounds: Math.ceil(positive(values.rounds, '--rounds') ?? (values.quick ? 2 : 5)),
    durationMs: seconds * 1_000,
    warmUpMs: values.quick ? 1_000 : 2_000,
    jsonFile: values.json,
  };
}

function subjectName(text: string): SubjectName {
  const name = SUBJECT_NAMES.find((known) => known === text.trim());
  if (name === undefined) throw new Error(`--subjects: ${text} is not one of ${SUBJECT_NAMES.join(', ')}`);
  return name;
}

/** @throws Error that names the option when its value is not a positive number. */
export function positive(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${option}: ${text} is not a positive number`);
  return value;
}
