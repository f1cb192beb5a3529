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

/** One upstream of one case, with a model or a credential of its own: nothing that befalls it touches another case. */
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
  const combined = faults.flatMap((fault, faultNumber) =>
    PAIRINGS.flatMap((pairing) => [true, false].map((stream) => ({ ...pairing, fault, faultNumber, stream }))),
  );
  return combined.map((one, number) => {
    const { fault, stream, upstreams } = one;
    const usual = stream ? fault.streamed : fault.whole;
    const outcome = upstreams[0] === 'gemini' ? (fault.ofGemini ?? usual) : usual;
    return { ...one, alias: `case-${number}`, placed: place(one, number), outcome };
  });
}

interface Place extends Pick<WallCase, 'fault' | 'upstreams'> {
  readonly faultNumber: number;
}

function place({ fault, faultNumber, upstreams }: Place, number: number): readonly Placed[] {
  const placed: Placed[] = [];
  for (const [index, target] of fault.targets.entries()) {
    const before = placed.at(-1);
    const spoken = upstreams[index % upstreams.length] ?? upstreams[0];
    // No provider of Responses goes on with an answer that was begun for it.
    const own = target.canPrefill === true && spoken === 'openai-responses' ? 'openai-chat' : spoken;
    const isShared = target.isSameModel === true && before !== undefined;
    const dialect = isShared ? before.dialect : own;
    const model = isShared ? before.model : `${modelPrefix(dialect, target)}-${number}-${index}`;
    const owner = fault.isAccountWide === true ? `case-${number}` : `${faultNumber}-${dialect}`;
    placed.push({ target, dialect, model, key: `upstream-key-${owner}-${index}` });
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

/** What tells the upstreams of all cases apart. */
export function identityOf({ key, model }: Pick<Placed, 'key' | 'model'>): string {
  return `${key} ${model}`;
}

/** What each upstream does, by its identity. */
export function behavioursOf(cases: readonly WallCase[]): ReadonlyMap<string, Behaviour> {
  return new Map(cases.flatMap(({ placed }) => placed.map((one) => [identityOf(one), one.target.does])));
}

export function keysOf(cases: readonly WallCase[]): readonly string[] {
  return [...new Set(cases.flatMap(({ placed }) => placed.map(({ key }) => key)))];
}

/** The configuration in which every case has its alias and its credentials, all at one upstream's address. */
export function configOf(cases: readonly WallCase[], upstreamUrl: string): string {
  const byKey = Map.groupBy(
    cases.flatMap(({ placed }) => placed),
    ({ key }) => key,
  );
  const blocks = Object.entries(BLOCKS).map(([name, block]) => {
    const taken = [...byKey.values()].filter(([one]) => one !== undefined && block.takes(one));
    const entries = taken.map((models) => entryOf(models, upstreamUrl + block.path));
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

/** An entry of the configuration: a credential with its models. */
function entryOf(all: readonly Placed[], baseUrl: string): string {
  const [one] = all;
  if (one === undefined) throw new Error('an entry has a model');
  const models = all.map(({ model, target: { contextLength } }) =>
    contextLength === undefined ? `{ name: ${model} }` : `{ name: ${model}, max-context-length: ${contextLength} }`,
  );
  const { entry = '', isSameModel = false } = one.target;
  const parts = [
    `api-key: ${one.key}`,
    `base-url: "${baseUrl}"`,
    `models: [${models.join(', ')}]`,
    // Of two credentials for one model the first is to be asked first.
    ...(isSameModel ? ['priority: -1'] : []),
    ...(entry === '' ? [] : [entry]),
  ];
  return `  - { ${parts.join(', ')} }`;
}

interface Block {
  /** Of the base address. */
  readonly path: string;
  takes(placed: Placed): boolean;
}

const BLOCKS: Readonly<Record<string, Block>> = {
  'claude-api-key': { path: '', takes: ({ dialect }) => dialect === 'anthropic-messages' },
  'gemini-api-key': { path: '', takes: ({ dialect }) => dialect === 'gemini' },
  'codex-api-key': { path: '/v1', takes: ({ dialect }) => dialect === 'openai-responses' },
  // They stand for every provider of this dialect: one that goes on with an answer, and one that does not.
  mistral: { path: '/v1', takes: ({ dialect, target }) => dialect === 'openai-chat' && target.canPrefill === true },
  together: { path: '/v1', takes: ({ dialect, target }) => dialect === 'openai-chat' && target.canPrefill !== true },
};
