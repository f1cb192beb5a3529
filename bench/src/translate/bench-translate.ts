import { describeMachine, describeVersions, machineLine } from '../report/machine.js';
import { report } from '../report/progress.js';
import { saveFigures } from '../report/save-figures.js';
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
  console.log(`${machineLine()}, medians of ${options.rounds} rounds\n`);
  console.log(formatPairs(summary));
  const figures = { machine: describeMachine(), versions: describeVersions(), options, summary, measurements };
  await saveFigures(figures, { name: 'translate', file: options.jsonFile, now: new Date() });
}
