import { readFile } from 'node:fs/promises';

import { readEnvironment } from '@switchyard/config';
import { Command } from 'commander';

import { ownerToken } from '../compose/owner-token.js';

interface ApplyFlags {
  readonly file: string;
  readonly adminUrl?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const TIMEOUT_MS = 60_000;

export function applyCommand(): Command {
  return new Command('apply')
    .description('apply a configuration file through the admin API')
    .requiredOption('-f, --file <file>', 'the configuration file')
    .option('--admin-url <url>', 'where admin is (SWITCHYARD_ADMIN_URL, else http://127.0.0.1:8319)')
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
  const environment = readEnvironment();
  const token = await ownerToken(environment);
  const adminUrl = flags.adminUrl ?? environment.adminUrl ?? `http://127.0.0.1:${environment.adminPort}`;
  const action = flags.dryRun === true ? 'validate' : 'apply';
  const response = await fetch(new URL(`/api/v1/config/${action}`, adminUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text: await readFile(flags.file, 'utf8'), filename: flags.file }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new Error(`admin at ${adminUrl} does not answer: is it running, and is --admin-url right?`, { cause });
  });
  const answer = await response.text();
  console.log(flags.json === true ? answer : humanAnswer(answer));
  process.exitCode = response.ok ? 0 : 1;
}

function humanAnswer(answer: string): string {
  try {
    return JSON.stringify(JSON.parse(answer), null, 2);
  } catch {
    return answer;
  }
}
