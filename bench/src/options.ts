import { parseArgs } from 'node:util';

import { SUBJECT_NAMES, type Profile, type SubjectId, type SubjectName } from './subjects/subject.js';

export interface BenchOptions {
  readonly help: boolean;
  readonly subjects: readonly SubjectId[];
  readonly rounds: number;
  readonly durationMs: number;
  /** Of gateway and worker, each, in the split shape. */
  readonly processes: number;
  /** Short, and not to be quoted. */
  readonly quick: boolean;
  /** Whether to leave a profile of each process at work. */
  readonly profile: boolean;
  /** Where to write all figures as JSON, instead of bench/results. */
  readonly jsonFile: string | undefined;
}

export const HELP = `Measures what Switchyard costs, as multiples of the floor: a single raw node:http + undici process that forwards.

The same load goes in interleaved rounds through each subject to a mock upstream. Counted is the CPU time of all
processes of a subject, per request and per streamed chunk. It takes about 10 minutes; close other programs first.
docs/benchmarks.md explains the method. Ctrl-C stops everything that was started.

Usage: npm run bench -- [options]
       npm run bench -- COMMAND [options]      each has a --help of its own

Commands:
  latency            what is added at one request at a time, and to the first token
  streams            how many paced streams are held without a late, lost or merged chunk
  scale              what many keys, aliases and credentials cost
  footprint          idle memory of each service, and the time until a gateway is ready
  large              10 MB prompts, and a client that reads at 1 KB/s
  knee               latency at rising rates
  soak               an hour of mixed load with aborts and faults: what grows, and what is left behind
  translate          what translating streams costs, for every pair of dialects

Options:
  --quick            2 short rounds, at most 90 seconds: to see that everything works, not to quote
  --subjects LIST    which to measure, separated by commas (${SUBJECT_NAMES.join(',')});
                     Switchyard's in both profiles, or in one: split:policy
  --rounds N         rounds to measure (8)
  --seconds N        seconds of load per run (1.5)
  --processes N      processes of the gateway and of the worker in split, each (1)
  --profile          afterwards run everything once more, and leave a CPU profile of each process and workload
                     in bench/results/profiles; open one in the browser's developer tools or in a viewer of
                     .cpuprofile files
  --json FILE        write the machine, the versions, every round and the rows to FILE, not to bench/results
  --help             this text

Examples:
  npm run bench
  npm run bench -- --quick
  npm run bench -- --subjects floor,split:policy --rounds 7 --json /tmp/split.json
  npm run bench -- --quick --subjects floor,split --profile
  npm run bench -- latency --quick
`;

/** @throws Error that says what is wrong with the arguments. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      subjects: { type: 'string', default: SUBJECT_NAMES.join(',') },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      processes: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const seconds = positive(values.seconds, '--seconds') ?? (values.quick ? 0.4 : 1.5);
  return {
    help: values.help,
    profile: values.profile,
    subjects: parseSubjects(values.subjects),
    rounds: Math.ceil(positive(values.rounds, '--rounds') ?? (values.quick ? 2 : 8)),
    durationMs: seconds * 1_000,
    processes: Math.ceil(positive(values.processes, '--processes') ?? 1),
    quick: values.quick,
    jsonFile: values.json,
  };
}

/** @throws Error that names what is no subject. */
export function parseSubjects(list: string): readonly SubjectId[] {
  return list.split(',').flatMap((item) => {
    const [name, wanted] = item.trim().split(':');
    const subject = SUBJECT_NAMES.find((known) => known === name);
    if (subject === undefined) throw new Error(`--subjects: ${name} is not one of ${SUBJECT_NAMES.join(', ')}`);
    const profiles = profilesOf(subject).filter((profile) => wanted === undefined || wanted === profile);
    if (profiles.length === 0) throw new Error(`--subjects: ${subject} has no profile ${wanted}`);
    return profiles.map((profile) => ({ subject, profile }));
  });
}

function profilesOf(subject: SubjectName): readonly Profile[] {
  return subject === 'split' || subject === 'standalone' ? ['bare', 'policy'] : ['bare'];
}

/** @throws Error that names the option when its value is not a positive number. */
export function positive(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${option}: ${text} is not a positive number`);
  return value;
}
