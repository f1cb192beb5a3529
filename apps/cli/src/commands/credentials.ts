import { Command } from 'commander';

import { ADMIN_URL_HELP, askAdmin, type AdminAnswer } from '../compose/ask-admin.js';
import { columns } from '../compose/columns.js';

interface Flags {
  readonly adminUrl?: string;
  readonly json?: boolean;
}

interface Held {
  readonly model?: string;
  readonly state: string;
  readonly reason: string;
  readonly until: string;
}

interface Credential {
  readonly id: string;
  readonly provider: string;
  readonly prefix?: string;
  readonly health: { readonly state: string; readonly held: readonly Held[] };
}

/** What admin answers to a reset and to a probe. */
interface Treated {
  readonly credential: string;
  readonly forgotten: readonly Held[];
  readonly held?: readonly Held[];
  readonly outcome?: 'ok' | 'failed';
  readonly error?: { readonly code: string; readonly message: string };
}

const EXAMPLES = `
Examples:
  switchyard credentials list
  switchyard credentials probe cred_0123456789abcdef
  SWITCHYARD_OWNER_TOKEN=... switchyard credentials reset cred_0123456789abcdef --admin-url http://admin:8319`;

export function credentialsCommand(): Command {
  return new Command('credentials')
    .description('see how provider accounts are, and take those that were mended back into use')
    .addCommand(
      withFlags(new Command('list').description('every credential, with what is held against it')).action(list),
    )
    .addCommand(
      withFlags(
        new Command('probe')
          .description('ask the provider whether a credential is well, and take it back into use where it is')
          .argument('<id>', 'its id, as `list` tells it'),
      ).action(probe),
    )
    .addCommand(
      withFlags(
        new Command('reset')
          .description('forget what is held against a credential: every gateway may use it at once')
          .argument('<id>', 'its id, as `list` tells it'),
      ).action(reset),
    )
    .addHelpText('after', EXAMPLES);
}

function withFlags(command: Command): Command {
  return command
    .option('--admin-url <url>', ADMIN_URL_HELP)
    .option('--json', "print admin's answer as JSON")
    .addHelpText('after', EXAMPLES);
}

async function list({ adminUrl, json }: Flags): Promise<void> {
  const data: Credential[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: '500', ...(cursor === undefined ? {} : { cursor }) });
    const answer = await askAdmin({ path: `/api/v1/credentials?${query.toString()}`, adminUrl });
    if (!answer.ok) return refuse(answer);
    const page: { readonly data: readonly Credential[]; readonly nextCursor?: string } = JSON.parse(answer.text);
    data.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  console.log(json === true ? JSON.stringify({ data }) : table(data));
}

function table(credentials: readonly Credential[]): string {
  const rows = credentials.map(({ id, provider, prefix, health: { state, held } }) => [
    id,
    provider,
    prefix ?? '',
    state,
    held.map(words).join('; '),
  ]);
  return columns([['credential', 'provider', 'prefix', 'state', 'held against it'], ...rows]).join('\n');
}

async function reset(id: string, flags: Flags): Promise<void> {
  await treat(id, 'reset', flags);
}

async function probe(id: string, flags: Flags): Promise<void> {
  await treat(id, 'probe', flags);
}

async function treat(id: string, action: 'reset' | 'probe', { adminUrl, json }: Flags): Promise<void> {
  const path = `/api/v1/credentials/${encodeURIComponent(id)}/${action}`;
  const answer = await askAdmin({ path, method: 'POST', adminUrl });
  if (!answer.ok) return refuse(answer);
  const treated: Treated = JSON.parse(answer.text);
  console.log(json === true ? answer.text : report(treated));
  process.exitCode = treated.outcome === 'failed' ? 1 : 0;
}

function report({ credential, outcome, error, forgotten, held = [] }: Treated): string {
  const found =
    error === undefined
      ? outcome === undefined
        ? []
        : ['the provider answers it']
      : [`${error.code}: ${error.message}`];
  const lines = [
    ...found,
    ...forgotten.map((one) => `forgotten: ${words(one)}`),
    ...held.map((one) => `still held against it: ${words(one)}`),
  ];
  return [credential, ...(lines.length === 0 ? ['nothing was held against it'] : lines)].join('\n  ');
}

function words({ model, state, reason, until }: Held): string {
  return `${model === undefined ? '' : `${model} `}${state} by ${reason} until ${until}`;
}

/** Tells why admin did not do it. */
function refuse({ text }: AdminAnswer): void {
  console.log(text);
  process.exitCode = 1;
}
