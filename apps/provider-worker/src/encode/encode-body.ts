import type { CanonicalRequest } from '@switchyard/canonical';
import {
  createToolNameMap,
  patchModel,
  scanRequest,
  type Dialect,
  type ToolNameMap,
  type WithWarnings,
} from '@switchyard/dialects';
import type { Provider } from '@switchyard/providers';
import type { AttemptOpen } from '@switchyard/wire';

import { prefillRequest } from '../rescue/prefill-request.js';
import type { StreamSoFar } from '../rescue/stream-so-far.js';
import { droppedFields } from './dropped-fields.js';
import { parseBody } from './parse-body.js';
import { parseThinking } from './parse-thinking.js';

/** The gateway has refused deeper bodies; this only keeps the scan bounded. */
const MAX_JSON_DEPTH = 512;

export interface EncodeBodyInput {
  readonly open: AttemptOpen;
  /** As the client sent it. */
  readonly body: Buffer;
  readonly client: Dialect;
  readonly upstream: Dialect;
  readonly provider: Provider;
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
 * untouched where the path has the model, so that the provider's prompt cache sees what the client wrote. A thinking suffix goes through the dialect even there: a
 * budget also moves the output ceiling and forbids some fields, which only the dialect knows. So does the beginning of an
 * answer that is to be gone on with.
 *
 * @throws GatewayError `invalid_json`, `invalid_request`, `untranslatable_field` in strict mode, or
 * `operation_not_supported` for a beginning that the model would not go on with.
 */
export function encodeBody(input: EncodeBodyInput): EncodedBody {
  const { open, body, client, upstream } = input;
  const isPrefill = open.resume?.how === 'prefill';
  if (client.id !== upstream.id || open.thinking !== undefined || isPrefill) return translateBody(input);
  const readRequest = (): CanonicalRequest => decodeBody(input).value;
  const same = {
    dropped: [],
    includeUsage: () => asksForUsage(body),
    toolNames: NO_TOOL_NAMES,
    readRequest,
    // The answer is written anew, and may have to repeat what was asked.
    request: open.resume && readRequest(),
  };
  if (upstream.modelInPath) return { body, ...same };
  const facts = scanRequest(body, { maxDepth: MAX_JSON_DEPTH });
  return { body: patchModel(body, facts, open.model), ...same };
}

function decodeBody({ open, body, client }: EncodeBodyInput): WithWarnings<CanonicalRequest> {
  return client.decodeRequest(parseBody(body), { model: open.requestedModel, stream: open.stream });
}

function translateBody(input: EncodeBodyInput): EncodedBody {
  const { open, upstream, provider } = input;
  const decoded = decodeBody(input);
  const encoded = upstream.encodeRequest(asked(input, decoded.value), {
    model: open.model,
    defaultMaxOutputTokens: provider.defaultMaxOutputTokens,
  });
  return {
    body: Buffer.from(JSON.stringify(encoded.value)),
    dropped: droppedFields([...decoded.warnings, ...encoded.warnings], { ...open, provider }),
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
  if (!isObject(request) || !('stream_options' in request)) return false;
  const { stream_options: options } = request;
  return isObject(options) && 'include_usage' in options && options.include_usage === true;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
