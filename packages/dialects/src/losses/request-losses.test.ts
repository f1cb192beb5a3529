import {
  DIALECT_IDS,
  GatewayError,
  type CanonicalRequest,
  type DialectId,
  type ServerTool,
} from '@switchyard/canonical';

import { READ_FIELDS as MESSAGE_FIELDS } from '../anthropic-messages/decode-request.js';
import type { JsonObject } from '../dialect.js';
import { generationConfig, wireRequest as geminiRequest } from '../gemini/wire-request.js';
import { wireRequest as chatRequest } from '../openai-chat/wire-request.js';
import { KNOWN_FIELDS as COMPLETION_FIELDS } from '../openai-completions/decode-request.js';
import { wireRequest as responsesRequest } from '../openai-responses/wire-request.js';
import { dialectById } from '../registry/dialects.js';
import { inClientWords } from './name-field.js';
import type { DeclaredField } from './table/declared-field.js';
import { UPSTREAM_DIALECTS, type UpstreamDialect } from './table/fate.js';
import type { RequestCapability } from './table/request-capabilities.js';
import { fateOf, REQUEST_FIELDS } from './table/translation-table.js';

/** What every request of a dialect holds, where a sample does not say otherwise. */
const PLAIN: Readonly<Record<DialectId, JsonObject>> = {
  'openai-chat': { model: 'm', messages: [{ role: 'user', content: 'hi' }] },
  'openai-completions': { model: 'm', prompt: 'hi' },
  'openai-responses': { model: 'm', input: 'hi' },
  'anthropic-messages': { model: 'm', max_tokens: 500, messages: [{ role: 'user', content: 'hi' }] },
  gemini: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
};

const MODELS: Readonly<Record<UpstreamDialect, string>> = {
  'openai-chat': 'gpt-4.1',
  'openai-responses': 'gpt-5',
  'anthropic-messages': 'claude-opus-4-6',
  gemini: 'gemini-2.5-flash',
};

/** Levels of thinking need a model that has them. */
const LEVEL_MODELS = { ...MODELS, gemini: 'gemini-3-flash-preview' };

function modelFor(upstream: UpstreamDialect, capability: RequestCapability): string {
  if (capability.startsWith('webSearch') && upstream === 'openai-chat') return 'gpt-4o-search-preview';
  return capability.startsWith('effort') ? LEVEL_MODELS[upstream] : MODELS[upstream];
}

/** What must come out as it went in, for capabilities whose samples hold no mark to look for. */
const PROBES: Partial<Readonly<Record<RequestCapability, (request: CanonicalRequest) => unknown>>> = {
  temperature: ({ temperature }) => temperature,
  highTemperature: ({ temperature }) => temperature,
  topP: ({ topP }) => topP,
  topK: ({ topK }) => topK,
  seed: ({ seed }) => seed,
  frequencyPenalty: ({ frequencyPenalty }) => frequencyPenalty,
  presencePenalty: ({ presencePenalty }) => presencePenalty,
  choiceCount: ({ choiceCount }) => choiceCount,
  logprobs: ({ logprobs }) => logprobs,
  maxOutputTokens: ({ maxOutputTokens }) => maxOutputTokens,
  lowCeiling: ({ maxOutputTokens }) => maxOutputTokens,
  stopSequences: ({ stopSequences }) => stopSequences,
  manyStopSequences: ({ stopSequences }) => stopSequences,
  blankStopSequence: ({ stopSequences }) => stopSequences,
  effort: ({ reasoning }) => reasoning,
  effortMinimal: ({ reasoning }) => reasoning,
  effortXhigh: ({ reasoning }) => reasoning,
  effortMax: ({ reasoning }) => reasoning,
  reasoningOff: ({ reasoning }) => reasoning,
  reasoningAuto: ({ reasoning }) => reasoning,
  reasoningBudget: ({ reasoning }) => reasoning,
  toolChoice: ({ toolChoice }) => toolChoice,
  serialToolCalls: ({ parallelToolCalls }) => parallelToolCalls,
  serviceTierDefault: ({ serviceTier }) => serviceTier,
  serviceTierPaid: ({ serviceTier }) => serviceTier,
  imageDetail: ({ messages }) =>
    messages.flatMap(({ content }) => content).map((block) => 'detail' in block && block.detail),
  toolStrict: ({ tools }) => tools.map((tool) => tool.type === 'function' && tool.strict),
  toolResultError: ({ messages }) =>
    messages.flatMap(({ content }) => content).map((block) => block.type === 'tool-result' && block.isError),
  cacheMark: (request) => JSON.stringify(request).split('"cache":').length,
  jsonObject: ({ responseFormat }) => responseFormat,
  chatField: ({ extensions }) => extensions,
  webSearchTool: serverTool(({ kind }) => kind),
  webSearchLocation: serverTool(({ userLocation }) => userLocation),
  webSearchContextSize: serverTool(({ searchContextSize }) => searchContextSize),
  webSearchAllowedDomains: serverTool(({ allowedDomains }) => allowedDomains),
  webSearchBlockedDomains: serverTool(({ blockedDomains }) => blockedDomains),
  webSearchMaxUses: serverTool(({ maxUses }) => maxUses),
  webFetchTool: serverTool(({ kind }) => kind),
  codeExecutionTool: serverTool(({ kind }) => kind),
  callSignature: ({ messages }) => messages.flatMap(({ content }) => content).map((block) => block.extensions?.gemini),
};

function serverTool(read: (tool: ServerTool) => unknown) {
  return ({ tools }: CanonicalRequest): unknown => {
    const tool = tools.find((candidate) => candidate.type === 'server-tool');
    return tool && read(tool);
  };
}

/**
 * What is carried by saying nothing: the target does it anyway. A schema always holds there (`strict`), text is the usual
 * form, nothing is kept, `auto` is the usual tier, proofs of reasoning are handed out unasked, and to require a tool is to
 * choose the only one.
 */
const CARRIED_UNSAID: readonly RequestCapability[] = [
  'textFormat',
  'jsonSchemaStrict',
  'storeNothing',
  'serviceTierAuto',
  'reasoningProof',
  'webSearchChoice',
];

function translate(client: DialectId, { sample, capability }: DeclaredField, upstream: UpstreamDialect) {
  const outside = { model: 'm', stream: false };
  const decoded = dialectById(client).decodeRequest({ ...PLAIN[client], ...sample }, outside);
  const encoded = dialectById(upstream).encodeRequest(decoded.value, { model: modelFor(upstream, capability) });
  const body: unknown = JSON.parse(JSON.stringify(encoded.value));
  const warnings = inClientWords(client, [...decoded.warnings, ...encoded.warnings]);
  return { given: decoded.value, body, arrived: dialectById(upstream).decodeRequest(body, outside).value, warnings };
}

/** The code of an error, and the parameter it names without the numbers of places. */
function refusalOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    return [thrown.code, thrown.param?.replaceAll(/\[\d+\]/g, '[]')];
  }
}

function marksIn(value: unknown): string[] {
  if (typeof value === 'string') return /mark/i.test(value) ? [value.replace(/^data:[^,]*,/, '')] : [];
  if (typeof value !== 'object' || value === null) return [];
  return [...Object.keys(value).filter((key) => key.startsWith('mark')), ...Object.values(value).flatMap(marksIn)];
}

/** The warning names the field; `*` in a declared name stands for whatever the client wrote there. */
function named(field: string): unknown {
  if (!field.includes('*')) return field;
  const pattern = field.split('*').map((part) => part.replaceAll(/[.[\]]/g, String.raw`\$&`));
  return expect.stringMatching(new RegExp(`^${pattern.join(String.raw`\w+`)}$`));
}

const CASES = DIALECT_IDS.flatMap((client) =>
  UPSTREAM_DIALECTS.filter((upstream) => upstream !== client).flatMap((upstream) =>
    REQUEST_FIELDS[client].map((field) => {
      const title = field.when === undefined ? field.field : `${field.field} (${field.when})`;
      return { title, client, upstream, field, fate: fateOf(client, field, upstream) };
    }),
  ),
);

describe('what becomes of a request, as the table declares it', () => {
  it.each(CASES)('$client to $upstream: $title is $fate.type', ({ client, upstream, field, fate }) => {
    if (fate.type === 'refused') {
      expect(refusalOf(() => translate(client, field, upstream))).toEqual(['untranslatable_field', field.field]);
      return;
    }
    const { given, body, arrived, warnings } = translate(client, field, upstream);
    if (fate.type !== 'carried') {
      expect(warnings).toEqual([{ type: fate.type, field: named(field.field), reason: expect.any(String) }]);
      return;
    }
    expect(warnings).toEqual([]);
    const probe = PROBES[field.capability];
    if (probe !== undefined) {
      expect(probe(arrived)).toEqual(probe(given));
      expect(probe(given)).toBeDefined();
      return;
    }
    if (CARRIED_UNSAID.includes(field.capability)) return;
    const text = JSON.stringify(body) + JSON.stringify(arrived);
    const marks = marksIn(field.sample);
    expect(marks).not.toEqual([]);
    expect(
      marks.filter((mark) => !text.includes(JSON.stringify(mark).slice(1, -1)) && !text.includes(btoa(mark))),
    ).toEqual([]);
  });

  it.each(DIALECT_IDS)('every field that %s reads is declared', (client) => {
    const declared = REQUEST_FIELDS[client].map(({ field }) => field);
    const undeclared = READ_FIELDS[client].filter((read) => {
      return !declared.some((field) => field === read || field.startsWith(`${read}.`) || field.startsWith(`${read}[`));
    });
    expect(undeclared).toEqual([]);
  });

  it('an unknown field is lost under its own name, wherever it stands', () => {
    const lost = [
      { field: 'x_new', sample: { x_new: 1 } },
      { field: 'messages[].x_new', sample: { messages: [{ role: 'user', content: 'hi', x_new: 1 }] } },
      {
        field: 'messages[].content[].x_new',
        sample: { messages: [{ role: 'user', content: [{ type: 'text', text: 'hi', x_new: 1 }] }] },
      },
      { field: 'tools[].function.x_new', sample: { tools: [{ type: 'function', function: { name: 'f', x_new: 1 } }] } },
    ].map(({ field, sample }) => {
      const { warnings } = translate('openai-chat', { field, capability: 'own', sample }, 'anthropic-messages');
      return warnings.map((warning) => warning.field);
    });
    expect(lost).toEqual([['x_new'], ['messages[].x_new'], ['messages[].content[].x_new'], ['tools[].function.x_new']]);
  });
});

/** What the decoders read, but for what says how to answer rather than what: the model, the stream, and counts of logprobs. */
const READ_FIELDS: Readonly<Record<DialectId, readonly string[]>> = {
  'openai-chat': read(chatRequest.shape),
  'openai-completions': COMPLETION_FIELDS.filter(isContent),
  'openai-responses': read(responsesRequest.shape),
  'anthropic-messages': MESSAGE_FIELDS.filter(isContent),
  gemini: [
    ...read(geminiRequest.def.out.shape),
    ...read(generationConfig.def.out.shape).map((field) => `generationConfig.${field}`),
  ].filter((field) => field !== 'generationConfig.logprobs'),
};

function read(shape: object): string[] {
  return Object.keys(shape).filter(isContent);
}

function isContent(field: string): boolean {
  return !['model', 'stream', 'stream_options', 'top_logprobs'].includes(field);
}
