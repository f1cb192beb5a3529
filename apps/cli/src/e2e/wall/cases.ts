import type { ReplayDialect } from '@switchyard/testkit';

import { CLIENT_KEY } from '../call-gateway.js';
import type { Fault, Outcome, Target } from './faults.js';
import type { Behaviour } from './upstreams.js';

const DIALECTS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'] as const;

/** A client, and which dialects its first upstream and its fallbacks speak, in turn. */
export interface Pairing {
  readonly client: ReplayDialect;
  readonly upstreams: readonly [ReplayDialect, ReplayDialect];
}

/** Every client before an upstream of its own dialect and before a foreign one; the fallback is the other of the two. */
export const PAIRINGS: readonly Pairing[] = DIALECTS.flatMap((client, index) => {
  const foreign = DIALECTS[(index + 1) % DIALECTS.length] ?? client;
  return [
    { client, upstreams: [client, foreign] as const },
    { client, upstreams: [foreign, client] as const },
  ];
});

/** One upstream of one case, with a credential and, mostly, a model of its own: nothing that befalls it touches another. */
export interface Placed {
  readonly target: Target;
  readonly dialect: ReplayDialect;
  readonly model: string;
  readonly key: string;
}

export interface WallCase extends Pairing {
  readonly fault: Fault;
  readonly stream: boolean;
  /** The alias that the client asks for. */
  readonly alias: string;
  readonly placed: readonly Placed[];
  readonly outcome: Outcome;
}

/** Every fault for every pairing, streamed and not. */
export function casesOf(faults: readonly Fault[]): readonly WallCase[] {
  const combined = faults.flatMap((fault) =>
    PAIRINGS.flatMap((pairing) => [true, false].map((stream) => ({ ...pairing, fault, stream }))),
  );
  return combined.map((one, number) => {
    const { fault, stream, upstreams } = one;
    const usual = stream ? fault.streamed : fault.whole;
    const outcome = upstreams[0] === 'gemini' ? (fault.ofGemini ?? usual) : usual;
    return { ...one, alias: `case-${number}`, placed: place(one, number), outcome };
  });
}

function place({ fault, upstreams }: Pick<WallCase, 'fault' | 'upstreams'>, number: number): readonly Placed[] {
  const placed: Placed[] = [];
  for (const [index, target] of fault.targets.entries()) {
    const before = placed.at(-1);
    const key = `upstream-key-${number}-${index}`;
    if (target.isSameModel === true && before !== undefined) {
      placed.push({ ...before, target, key });
      continue;
    }
    const spoken = upstreams[index % upstreams.length] ?? upstreams[0];
    // No provider of Responses goes on with an answer that was begun for it.
    const dialect = target.canPrefill === true && spoken === 'openai-responses' ? 'openai-chat' : spoken;
    placed.push({ target, dialect, model: `${modelPrefix(dialect, target)}-${number}-${index}`, key });
  }
  return placed;
}

/** Names by which the product knows what a model can do. */
function modelPrefix(dialect: ReplayDialect, { canPrefill = false }: Target): string {
  switch (dialect) {
    case 'openai-chat':
      return canPrefill ? 'mistral-small' : 'some-model';
    case 'openai-responses':
      return 'gpt-5';
    case 'anthropic-messages':
      return canPrefill ? 'claude-3-5-sonnet' : 'claude-opus-5';
    case 'gemini':
      return canPrefill ? 'gemini-2.5-flash' : 'gemini-9';
  }
}

/** What each key's upstream does. */
export function behavioursOf(cases: readonly WallCase[]): ReadonlyMap<string, Behaviour> {
  return new Map(cases.flatMap(({ placed }) => placed.map(({ key, target }) => [key, target.does])));
}

/** The configuration in which every case has its alias and its credentials, all at one upstream's address. */
export function configOf(cases: readonly WallCase[], upstreamUrl: string): string {
  const all = cases.flatMap(({ placed }) => placed);
  const blocks = Object.entries(BLOCKS).map(([name, block]) => {
    const entries = all.filter((placed) => block.takes(placed)).map((placed) => block.entry(placed, upstreamUrl));
    return entries.length === 0 ? '' : `${name}:\n${entries.join('\n')}`;
  });
  const aliases = cases.map(({ alias, placed }) => {
    const models = [...new Set(placed.map(({ model }) => model))];
    return `  - { name: ${alias}, targets: [${models.map((model) => `{ model: ${model} }`).join(', ')}] }`;
  });
  return `
api-keys: ["${CLIENT_KEY}"]
deadlines: { headers: 20s, first-content: 20s, idle: 20s, total: 60s }
rescue: { text: continue, tools: error }
${blocks.join('\n')}
aliases:
${aliases.join('\n')}
`;
}

interface Block {
  takes(placed: Placed): boolean;
  entry(placed: Placed, upstreamUrl: string): string;
}

const keyed = ({ target, model, key }: Placed, baseUrl: string): string => {
  const length = target.contextLength === undefined ? '' : `, max-context-length: ${target.contextLength}`;
  const priority = target.isSameModel === true ? ['priority: -1'] : [];
  const parts = [`api-key: ${key}`, `base-url: "${baseUrl}"`, `models: [{ name: ${model}${length} }]`, ...priority];
  return `  - { ${[...parts, ...(target.entry ? [target.entry] : [])].join(', ')} }`;
};

const BLOCKS: Readonly<Record<string, Block>> = {
  'claude-api-key': { takes: ({ dialect }) => dialect === 'anthropic-messages', entry: keyed },
  'gemini-api-key': { takes: ({ dialect }) => dialect === 'gemini', entry: keyed },
  'codex-api-key': {
    takes: ({ dialect }) => dialect === 'openai-responses',
    entry: (placed, url) => keyed(placed, `${url}/v1`),
  },
  // Stands for every provider of this dialect: one that goes on with an answer, and one that does not.
  mistral: {
    takes: ({ dialect, target }) => dialect === 'openai-chat' && target.canPrefill === true,
    entry: (placed, url) => keyed(placed, `${url}/v1`),
  },
  together: {
    takes: ({ dialect, target }) => dialect === 'openai-chat' && target.canPrefill !== true,
    entry: (placed, url) => keyed(placed, `${url}/v1`),
  },
};
