import { FOOTPRINT } from './footprint/bench-footprint.js';
import { KNEE } from './knee/bench-knee.js';
import { LARGE } from './large/bench-large.js';
import { LATENCY } from './latency/bench-latency.js';
import { report } from './report/progress.js';
import { runBench } from './run-bench.js';
import { runCommand } from './run-command.js';
import { SCALE } from './scale/bench-scale.js';
import { SOAK } from './soak/bench-soak.js';
import { STREAMS } from './streams/bench-streams.js';
import { benchTranslate } from './translate/bench-translate.js';

type Command = (args: readonly string[], signal: AbortSignal) => Promise<void>;

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ...[LATENCY, STREAMS, SCALE, FOOTPRINT, LARGE, KNEE, SOAK].map((command): [string, Command] => [
    command.name,
    (args, signal) => runCommand(command, args, signal),
  ]),
  ['translate', benchTranslate],
]);

async function main(): Promise<void> {
  const [name = '', ...rest] = process.argv.slice(2);
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Once: a second one ends this process at once, and with it all that it started.
    process.once(signal, () => {
      report('stopping');
      interrupt.abort(new Error('interrupted'));
    });
  }
  const command = COMMANDS.get(name);
  if (command !== undefined) return command(rest, interrupt.signal);
  if (name !== '' && !name.startsWith('-')) {
    throw new Error(`there is no command ${name}, only ${[...COMMANDS.keys()].join(', ')}; see --help`);
  }
  await runBench(process.argv.slice(2), interrupt.signal);
}

try {
  await main();
} catch (error) {
  report(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
