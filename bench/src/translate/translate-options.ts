import { parseArgs } from 'node:util';

import { positive } from '../options.js';

export interface TranslateOptions {
  readonly help: boolean;
  readonly rounds: number;
  readonly runMs: number;
  /** Where to write all figures as JSON. */
  readonly jsonFile: string | undefined;
}

export const TRANSLATE_HELP = `Measures what translating a stream costs, for every client and upstream dialect, as multiples of passing the
same stream through.

Streams of text, reasoning and a tool call go through the very machine the provider worker uses, in this process and
without sockets; the pairs that share a stream take turns every 20 ms. It takes about 4 minutes. Per event of the
upstream it reports CPU time, events per second, and bytes allocated (growth of the heap and of buffers over one stream
in which the collector does not run).

Usage: npm run bench -- translate [options]

  --quick            3 short rounds, half a minute: to see that everything works, not to quote
  --rounds N         rounds to measure (9)
  --json FILE        write every single measurement and the summary to FILE, not to bench/results
  --help             this text

Example:
  npm run bench -- translate --json bench/results/translate.json
`;

/** @throws Error that says what is wrong with the arguments. */
export function parseTranslateOptions(args: readonly string[]): TranslateOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      json: { type: 'string' },
    },
  });
  return {
    help: values.help,
    rounds: Math.ceil(positive(values.rounds, '--rounds') ?? (values.quick ? 3 : 9)),
    runMs: values.quick ? 100 : 300,
    jsonFile: values.json,
  };
}
