import type { ReplayUpstream } from '@switchyard/testkit';

import { CLIENT_KEY } from './call-gateway.js';
import type { World } from './start-world.js';

/** The dialects that these tests hold against each other, as clients and as upstreams. */
export const TWO_DIALECT_IDS = ['openai-chat', 'anthropic-messages'] as const;
export type TwoDialectId = (typeof TWO_DIALECT_IDS)[number];

/** The name a client asks for to reach an upstream of the dialect, and the upstream's own name behind it. */
export const MODELS = {
  'openai-chat': { asked: 'local/small', upstream: 'upstream-model' },
  'anthropic-messages': { asked: 'claude/sonnet', upstream: 'claude-sonnet-4-5' },
} as const satisfies Record<TwoDialectId, { readonly asked: string; readonly upstream: string }>;

const PATHS: Readonly<Record<TwoDialectId, string>> = {
  'openai-chat': '/v1/chat/completions',
  'anthropic-messages': '/v1/messages',
};

/** A configuration in which one upstream serves both dialects, a credential for each. */
export function configOf(upstream: ReplayUpstream, more = ''): string {
  const { 'openai-chat': openai, 'anthropic-messages': anthropic } = MODELS;
  return `
# Each case finds its credentials well: health is not what these are about.
disable-cooling: true
api-keys: ["${CLIENT_KEY}"]
claude-api-key:
  - api-key: upstream-key
    base-url: ${upstream.url}
    prefix: claude
    models: [{ name: ${anthropic.upstream}, alias: sonnet }]
openai-compatibility:
  - name: local
    prefix: local
    base-url: ${upstream.url}/v1
    api-key-entries: [{ api-key: upstream-key }]
    models: [{ name: ${openai.upstream}, alias: small }]
${more}`;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
}

export interface RawRequest {
  readonly dialect: TwoDialectId;
  /** Text and bytes go out as they are, anything else as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request without any SDK, and gathers the answer's bytes. */
export async function ask(world: World, { dialect, body, headers }: RawRequest): Promise<RawAnswer> {
  const response = await fetch(world.url + PATHS[dialect], {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${CLIENT_KEY}`, ...headers },
    body: Buffer.isBuffer(body) ? new Uint8Array(body) : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString('utf8') };
}

/** A request of the dialect that says one thing. */
export function saying(
  dialect: TwoDialectId,
  request: { readonly model: string; readonly stream: boolean; readonly text?: string },
): Readonly<Record<string, unknown>> {
  const { model, stream, text = 'Hello' } = request;
  const body = { model, stream, messages: [{ role: 'user', content: text }] };
  if (dialect === 'anthropic-messages') return { ...body, max_tokens: 1000 };
  return stream ? { ...body, stream_options: { include_usage: true } } : body;
}
