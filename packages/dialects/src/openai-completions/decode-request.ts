import { GatewayError, type CanonicalRequest } from '@switchyard/canonical';
import { z } from 'zod';

import type { WithWarnings } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { parseWire } from '../openai-chat/wire-request.js';
import { legacyOnlyField } from './legacy-only.js';

const wireRequest = z.looseObject({
  model: z.string().min(1),
  prompt: z.union([z.string(), z.array(z.unknown())], { error: 'expected a string or an array with one string' }),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  stop: z.union([z.string(), z.array(z.string())], { error: 'expected a string or an array of strings' }).nullish(),
  seed: z.number().nullish(),
  frequency_penalty: z.number().nullish(),
  presence_penalty: z.number().nullish(),
  n: z.int().nullish(),
  user: z.string().nullish(),
  logprobs: z.int().nullish(),
});

/** What says nothing once `legacyOnlyField` has let the request through. */
const WITHOUT_EFFECT = ['echo', 'suffix', 'best_of'];
/** The fields that are read. */
export const KNOWN_FIELDS = [...Object.keys(wireRequest.shape), ...WITHOUT_EFFECT];

/**
 * A completion request as a chat of one user turn.
 *
 * @throws GatewayError `invalid_request`, or `untranslatable_field` for what only a completions endpoint can serve.
 */
export function decodeRequest(body: unknown): WithWarnings<CanonicalRequest> {
  const wire = parseWire(wireRequest, body);
  const legacyOnly = legacyOnlyField(body);
  if (legacyOnly !== undefined) {
    const message = `\`${legacyOnly.field}\` cannot be served by this model, which is a chat: ${legacyOnly.reason}`;
    throw new GatewayError('untranslatable_field', message, { param: legacyOnly.field });
  }
  const stops = typeof wire.stop === 'string' ? [wire.stop] : wire.stop;
  const value: CanonicalRequest = compact({
    model: wire.model,
    stream: wire.stream ?? false,
    messages: [{ role: 'user' as const, content: [{ type: 'text' as const, text: String(wire.prompt) }] }],
    tools: [],
    maxOutputTokens: wire.max_tokens ?? undefined,
    temperature: wire.temperature ?? undefined,
    topP: wire.top_p ?? undefined,
    stopSequences: stops && stops.length > 0 ? stops : undefined,
    seed: wire.seed ?? undefined,
    frequencyPenalty: wire.frequency_penalty ?? undefined,
    presencePenalty: wire.presence_penalty ?? undefined,
    choiceCount: wire.n ?? undefined,
    // How many alternatives to tell beside each token; 0 is the tokens alone. (OpenAI API reference, Completions, logprobs)
    logprobs: typeof wire.logprobs === 'number' ? compact({ top: wire.logprobs || undefined }) : undefined,
    userId: wire.user ?? undefined,
    includeUsage: wire.stream_options?.include_usage ?? undefined,
    extensions: extensionsOf('openai-chat', restOf(wire, KNOWN_FIELDS)),
  });
  return { value, warnings: [] };
}
