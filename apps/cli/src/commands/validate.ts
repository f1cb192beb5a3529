import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { configVariables, formatProblem, parseConfigFile } from '@switchyard/config';
import { Command } from 'commander';

export function validateCommand(): Command {
  return new Command('validate')
    .description('check a configuration file without applying it')
    .requiredOption('-f, --file <file>', 'the configuration file')
    .option('--json', 'print the problems as JSON')
    .addHelpText('after', '\nExample:\n  switchyard validate -f config.yaml')
    .action(async ({ file, json }: { readonly file: string; readonly json?: boolean }) => {
      const parsed = parseConfigFile({
        text: await readFile(file, 'utf8'),
        filename: file,
        variables: configVariables(),
        readSecretFile: (path) => readFileSync(path, 'utf8'),
        baseDirectory: dirname(resolve(file)),
      });
      const problems = 'problems' in parsed ? parsed.problems : parsed.warnings;
      const valid = !('problems' in parsed);
      if (json === true) console.log(JSON.stringify({ valid, problems }));
      else {
        for (const problem of problems) console.log(formatProblem(problem));
        console.log(valid ? `${file} is valid` : `${file} is not valid: nothing was applied`);
      }
      process.exitCode = valid ? 0 : 1;
    });
}
