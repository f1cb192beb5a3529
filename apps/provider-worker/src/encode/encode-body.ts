import type { CanonicalRequest } from '@switchyard/canonical';
import { createToolNameMap, patchModel, scanRequest } from '@switchyard/dialects';
import type { Dialect, ThinkingLimits, ToolNameMap } from '@switchyard/dialects';
import type { Provider } from '@switchyard/providers';
import type { AttemptOpen } from '@switchyard/wire';

import { droppedFields } from './dropped-fields.js';
import { ownBody } from './own-body.js';
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
  /** How the model can be asked to think, where the operator says so. */
  readonly thinking?: ThinkingLimits | undefined;
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
}

const NO_TOOL_NAMES: ToolNameMap = new Map();

/**
 * The body for the upstream. Where both sides speak one dialect it is the client's own bytes with another `model`, or
 * untouched where the path has the model, so that the provider's prompt cache sees what the client wrote. A thinking suffix
 * goes through the dialect even there: a budget also moves the output ceiling and forbids some fields, which only the
 * dialect knows.
 *
 * @throws GatewayError `invalid_json`, `invalid_request`, or `untranslatable_field` in strict mode.
 */
export function encodeBody(input: EncodeBodyInput): EncodedBody {
  const { open, client, upstream, provider } = input;
  if (client.id !== upstream.id || open.thinking !== undefined) return translateBody(input);
  const { body, warnings } = ownBody(input.body, client);
  const dropped = droppedFields(warnings, { ...open, provider });
  const same = { dropped, includeUsage: () => asksForUsage(body), toolNames: NO_TOOL_NAMES };
  if (upstream.modelInPath) return { body, ...same };
  const facts = scanRequest(body, { maxDepth: MAX_JSON_DEPTH });
  return { body: patchModel(body, facts, open.model), ...same };
}

function translateBody({ open, body, client, upstream, provider, thinking }: EncodeBodyInput): EncodedBody {
  const decoded = client.decodeRequest(parseBody(body), { model: open.requestedModel, stream: open.stream });
  const { reasoning: asked } = decoded.value;
  const reasoning = open.thinking === undefined ? asked : parseThinking(open.thinking);
  const encoded = upstream.encodeRequest(
    { ...decoded.value, stream: open.stream, reasoning },
    { model: open.model, defaultMaxOutputTokens: provider.defaultMaxOutputTokens, thinking },
  );
  return {
    body: Buffer.from(JSON.stringify(encoded.value)),
    dropped: droppedFields([...decoded.warnings, ...encoded.warnings], { ...open, provider }),
    includeUsage: () => decoded.value.includeUsage ?? false,
    toolNames: createToolNameMap(decoded.value.tools, upstream.toolNames),
    request: decoded.value,
  };
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
