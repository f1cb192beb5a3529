import { describeMachine, report, saveFigures } from '../report/progress.js';
import { formatPairs } from './format-pairs.js';
import { measurePairs } from './measure-pairs.js';
import { summarisePairs } from './summarise-pairs.js';
import { parseTranslateOptions, TRANSLATE_HELP } from './translate-options.js';

/** `npm run bench -- translate`. */
export async function benchTranslate(args: readonly string[], signal: AbortSignal): Promise<void> {
  const options = parseTranslateOptions(args);
  if (options.help) {
    console.log(TRANSLATE_HELP);
    return;
  }
  const measurements = await measurePairs({ ...options, signal, report });
  const summary = summarisePairs(measurements);
  const machine = describeMachine();
  console.log(`Node ${machine.node}, ${machine.cpus} CPUs (${machine.cpu}), medians of ${options.rounds} rounds\n`);
  console.log(formatPairs(summary));
  if (options.jsonFile !== undefined) {
    await saveFigures(options.jsonFile, { machine, options, summary, measurements });
  }
}
