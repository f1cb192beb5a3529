import { readFile } from 'node:fs/promises';

import { Command } from 'commander';

import { ADMIN_URL_HELP, askAdmin } from '../compose/ask-admin.js';

interface ApplyFlags {
  readonly file: string;
  readonly adminUrl?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function applyCommand(): Command {
  return new Command('apply')
    .description('apply a configuration file through the admin API')
    .requiredOption('-f, --file <file>', 'the configuration file')
    .option('--admin-url <url>', ADMIN_URL_HELP)
    .option('--dry-run', 'check the file there, and change nothing')
    .option('--json', "print admin's answer as JSON")
    .addHelpText(
      'after',
      `
Example:
  SWITCHYARD_OWNER_TOKEN=... switchyard apply -f config.yaml --admin-url http://admin:8319`,
    )
    .action(apply);
}

async function apply(flags: ApplyFlags): Promise<void> {
  const { ok, text } = await askAdmin({
    path: `/api/v1/config/${flags.dryRun === true ? 'validate' : 'apply'}`,
    method: 'POST',
    body: { text: await readFile(flags.file, 'utf8'), filename: flags.file },
    adminUrl: flags.adminUrl,
  });
  console.log(flags.json === true ? text : humanAnswer(text));
  process.exitCode = ok ? 0 : 1;
}

function humanAnswer(answer: string): string {
  try {
    return JSON.stringify(JSON.parse(answer), null, 2);
  } catch {
    return answer;
  }
}
