import { readEnvironment } from '@switchyard/config';
import { Command } from 'commander';

import { ownerToken } from '../compose/owner-token.js';

interface ExplainFlags {
  readonly keyId?: string;
  readonly tenant?: string;
  readonly operation?: string;
  readonly gatewayUrl?: string;
  readonly json?: boolean;
}

const TIMEOUT_MS = 10_000;

export function explainCommand(): Command {
  return new Command('explain')
    .description('tell what would happen to a request for a model, and why, without calling anyone')
    .argument('<model>', 'the name as a client would send it')
    .option('--key-id <id>', 'for this key')
    .option('--tenant <name>', 'for any key of this tenant (default)')
    .option('--operation <name>', 'for something else than chat, such as embeddings')
    .option('--gateway-url <url>', 'where the gateway is (http://127.0.0.1:8317)')
    .option('--json', "print the gateway's answer as JSON")
    .addHelpText(
      'after',
      `
Examples:
  switchyard explain core-sonnet --tenant agent-core
  SWITCHYARD_OWNER_TOKEN=... switchyard explain "claude-sonnet-4-5(high)" --key-id key_1 --json`,
    )
    .action(explain);
}

async function explain(model: string, flags: ExplainFlags): Promise<void> {
  const environment = readEnvironment();
  const token = await ownerToken(environment);
  const gatewayUrl = flags.gatewayUrl ?? `http://127.0.0.1:${environment.gatewayPort}`;
  const whose = flags.keyId === undefined ? { tenant: flags.tenant ?? 'default' } : { key_id: flags.keyId };
  const accept = flags.json === true ? 'application/json' : 'text/plain';
  const response = await fetch(new URL('/v1/route/explain', gatewayUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept },
    body: JSON.stringify({ model, operation: flags.operation, ...whose }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new Error(`the gateway at ${gatewayUrl} does not answer: is it running, and is --gateway-url right?`, {
      cause,
    });
  });
  console.log((await response.text()).trimEnd());
  process.exitCode = response.ok ? 0 : 1;
}
