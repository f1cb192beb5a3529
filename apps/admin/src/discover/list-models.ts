import { openSecret, type Keyring } from '@switchyard/config';
import { providerBySlug, respondAsSimulator, type Provider } from '@switchyard/providers';
import type { WorkerCredential } from '@switchyard/routing';
import type { UpstreamClient } from '@switchyard/upstream';

import { parseModelList } from './parse-model-list.js';

/** How long an upstream may take to list its models. */
export const LIST_WITHIN_MS = 10_000;
const DEADLINES = { connectMs: 5000, headersMs: LIST_WITHIN_MS, idleMs: LIST_WITHIN_MS };
const MAX_LIST_BYTES = 16 * 1024 * 1024;

export interface ListModelsTools {
  readonly upstream: UpstreamClient;
  readonly keyring: Keyring;
}

/** Whether a provider answers in this process, without a network. */
export function isLocal(slug: string): boolean {
  return slug === 'simulator';
}

/**
 * The names of the models that a credential's upstream lists.
 *
 * @throws an Error that says why there are none; it holds no secret.
 */
export async function listModels(
  credential: WorkerCredential,
  tools: ListModelsTools,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(LIST_WITHIN_MS)]);
  const { status, headers, text } = await askForModels(credential, tools, bounded);
  if (status !== 200) throw new Error(`it answered ${status}`);
  return parseModelList(headers['content-type'] ?? '', text);
}

/** An upstream's answer to "list models", whatever it is. */
export interface ModelsAnswer {
  readonly provider: Provider;
  /** Who answered; the base URL itself may hold a password. */
  readonly host: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** @throws an Error when there is no answer; it holds no secret. */
export async function askForModels(
  credential: WorkerCredential,
  tools: ListModelsTools,
  signal: AbortSignal,
): Promise<ModelsAnswer> {
  const provider = providerBySlug(credential.provider);
  if (provider === undefined) throw new Error(`this release knows no provider ${credential.provider}`);
  const { status, headers, body } = isLocal(provider.slug)
    ? respondAsSimulator({ path: provider.paths.models, body: Buffer.alloc(0) }, signal)
    : await callUpstream({ credential, provider, tools }, signal);
  return { provider, host: hostOf(credential.baseUrl), status, headers, text: await readBounded(body) };
}

/** The host alone, for words: the base URL itself may hold a password. */
export function hostOf(baseUrl: string): string {
  return URL.parse(baseUrl)?.host ?? 'an unreadable base-url';
}

interface UpstreamList {
  readonly credential: WorkerCredential;
  readonly provider: Provider;
  readonly tools: ListModelsTools;
}

function callUpstream({ credential, provider, tools }: UpstreamList, signal: AbortSignal) {
  const url = new URL(`${credential.baseUrl.replace(/\/+$/, '')}${provider.paths.models}`);
  // Anthropic lists 20 models unless asked for more; 1000 is the most. (Models API reference, "List models")
  if (provider.dialect === 'anthropic-messages') url.searchParams.set('limit', '1000');
  const headers = {
    accept: 'application/json',
    'user-agent': 'switchyard',
    ...provider.headers,
    ...authHeader(credential, provider, tools.keyring),
    ...fixedHeaders(credential.headers),
  };
  return tools.upstream.call(
    { method: 'GET', url, headers, deadlines: DEADLINES, proxyUrl: credential.proxyUrl },
    signal,
  );
}

function authHeader(credential: WorkerCredential, { auth }: Provider, keyring: Keyring): Record<string, string> {
  if (credential.sealedSecret === undefined) return {};
  const secret = openSecret(keyring, credential.sealedSecret, credential.id);
  switch (auth.type) {
    case 'bearer':
      return { authorization: `Bearer ${secret}` };
    case 'header':
      return { [auth.name]: secret };
    case 'none':
      return {};
  }
}

/** Those that copy a header of the client's have nothing to copy here. */
function fixedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([, value]) => !value.startsWith('$'))
      .map(([name, value]) => [name.toLowerCase(), value]),
  );
}

async function readBounded(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_LIST_BYTES) throw new Error(`its list of models is longer than ${MAX_LIST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
