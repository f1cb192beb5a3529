import type { CanonicalRequest } from '@switchyard/canonical';
import {
  createToolNameMap,
  patchFields,
  type Dialect,
  type FieldPath,
  type JsonObject,
  type ThinkingLimits,
  type ToolNameMap,
  type WithWarnings,
} from '@switchyard/dialects';
import type { Provider } from '@switchyard/providers';
import type { AttemptOpen } from '@switchyard/wire';

import { prefillRequest } from '../rescue/prefill-request.js';
import type { StreamSoFar } from '../rescue/stream-so-far.js';
import { droppedFields } from './dropped-fields.js';
import { ownBody } from './own-body.js';
import { parseBody } from './parse-body.js';
import { parseThinking } from './parse-thinking.js';
import { renameModelIn } from './rename-model-in.js';

/** The gateway has refused deeper bodies; this only keeps the scan bounded. */
const SCAN_LIMITS = { maxDepth: 512 };

export interface EncodeBodyInput {
  readonly open: AttemptOpen;
  /** As the client sent it. */
  readonly body: Buffer;
  readonly client: Dialect;
  readonly upstream: Dialect;
  readonly provider: Provider;
  /** How the model can be asked to think, where the operator says so. */
  readonly thinking?: ThinkingLimits | undefined;
  /** The stream that the attempt goes on with. */
  readonly resumed?: StreamSoFar | undefined;
}

export interface EncodedBody {
  readonly body: Buffer;
  /** Fields of the client's request that the upstream does not get, in the client's words. */
  readonly dropped: readonly string[];
  /** Whether an openai-chat client asked for the usage chunk. Asked only where the answer has to be written anew. */
  includeUsage(): boolean;
  /** The client's own names of tools, by those the upstream got in their place. */
  readonly toolNames: ToolNameMap;
  /** What the client asked, where it had to be read. */
  readonly request?: CanonicalRequest | undefined;
  /**
   * The same, read now where it had not to be; undefined for what is no chat. Throws a GatewayError where the upstream took
   * what our decoder does not.
   */
  readonly readRequest?: (() => CanonicalRequest) | undefined;
}

const NO_TOOL_NAMES: ToolNameMap = new Map();

/**
 * The body for the upstream. Where both sides speak one dialect it is the client's own bytes with another `model`, or
 * untouched where the path has the model, so that the provider's prompt cache sees what the client wrote, but for what we
 * told the client in another provider's name. A thinking suffix patches the fields that the dialect says it moves, and
 * nothing else. The beginning of an answer that is to be gone on with goes through the dialect even there.
 *
 * @throws GatewayError `invalid_json`, `invalid_request`, `untranslatable_field` in strict mode, or
 * `operation_not_supported` for a beginning that the model would not go on with.
 */
export function encodeBody(input: EncodeBodyInput): EncodedBody {
  const { open, client, upstream, provider } = input;
  if (client.id !== upstream.id || open.resume?.how === 'prefill') return translateBody(input);
  const { body, warnings } = ownBody(input.body, client);
  const dropped = droppedFields(warnings, open, provider);
  const readRequest = (): CanonicalRequest => decodeBody(input).value;
  const patched = open.thinking === undefined ? undefined : patchThinking({ ...input, body }, named(input, body));
  return {
    body: patched === undefined ? named(input, body) : patched.body,
    dropped: patched === undefined ? dropped : [...new Set([...dropped, ...patched.dropped])],
    includeUsage: () => asksForUsage(body),
    toolNames: NO_TOOL_NAMES,
    // The answer is written anew, and may have to repeat what was asked.
    request: open.resume && readRequest(),
    readRequest,
  };
}

/** The client's bytes, as they are by now, under the upstream's name for the model. */
function named({ open, upstream, body: sent }: EncodeBodyInput, body: Buffer): Buffer {
  return upstream.modelInPath ? body : renameModelIn(body, open, { isAsSent: body === sent });
}

/** What a wish for thinking may cost a request beside it, in canonical words. */
const MOVED_BY_THINKING: ReadonlySet<string> = new Set([
  'reasoningEffort',
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'toolChoice',
]);

function patchThinking(input: EncodeBodyInput, body: Buffer): Pick<EncodedBody, 'body' | 'dropped'> {
  const { open, upstream, provider } = input;
  const encoded = encodeAnew(input, decodeBody(input).value);
  const patches = upstream.thinkingFields.map((path) => ({ path, value: valueAt(encoded.value, path) }));
  const losses = encoded.warnings.filter(({ field }) => MOVED_BY_THINKING.has(field));
  return { body: patchFields(body, patches, SCAN_LIMITS), dropped: droppedFields(losses, open, provider) };
}

function valueAt(value: JsonObject, path: FieldPath): unknown {
  return path.reduce<unknown>((inner, [name]) => (isJsonObject(inner) ? inner[name] : undefined), value);
}

function decodeBody({ open, body, client }: EncodeBodyInput): WithWarnings<CanonicalRequest> {
  return client.decodeRequest(parseBody(body), { model: open.requestedModel, stream: open.stream });
}

function encodeAnew(input: EncodeBodyInput, request: CanonicalRequest): WithWarnings<JsonObject> {
  const { open, upstream, provider, thinking } = input;
  return upstream.encodeRequest(asked(input, request), {
    model: open.model,
    defaultMaxOutputTokens: provider.defaultMaxOutputTokens,
    thinking,
  });
}

function translateBody(input: EncodeBodyInput): EncodedBody {
  const { open, upstream, provider } = input;
  const decoded = decodeBody(input);
  const encoded = encodeAnew(input, decoded.value);
  return {
    body: Buffer.from(JSON.stringify(encoded.value)),
    dropped: droppedFields([...decoded.warnings, ...encoded.warnings], open, provider),
    includeUsage: () => decoded.value.includeUsage ?? false,
    toolNames: createToolNameMap(decoded.value.tools, upstream.toolNames),
    request: decoded.value,
    readRequest: () => decoded.value,
  };
}

/** What the upstream is asked: what the client did, as its model's suffix and the answer so far change it. */
function asked({ open, upstream, provider, resumed }: EncodeBodyInput, request: CanonicalRequest): CanonicalRequest {
  const reasoning = open.thinking === undefined ? request.reasoning : parseThinking(open.thinking);
  const changed = { ...request, stream: open.stream, reasoning };
  if (resumed === undefined || open.resume?.how !== 'prefill') return changed;
  return prefillRequest(changed, { text: resumed.text, provider, dialect: upstream.id, model: open.model });
}

/** Read without the dialect's decoder, which may refuse what the upstream took. */
function asksForUsage(body: Buffer): boolean {
  const request = parseBody(body);
  const options = isJsonObject(request) ? request['stream_options'] : undefined;
  return isJsonObject(options) && options['include_usage'] === true;
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
