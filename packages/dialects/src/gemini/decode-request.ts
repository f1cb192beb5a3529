import { GatewayError, type CanonicalRequest } from '@switchyard/canonical';

import type { RequestOutside, WithWarnings } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { parseWire } from '../openai-chat/wire-request.js';
import { decodeContents } from './decode-contents.js';
import { GEMINI } from './decode-parts.js';
import { decodeGenerationConfig } from './generation-config.js';
import { decodeToolConfig, decodeTools } from './tools.js';
import { wireRequest } from './wire-request.js';

/** `model` may repeat what the path says (Gemini API reference, GenerateContentRequest); the path is what counts. */
const READ_FIELDS = [...Object.keys(wireRequest.def.out.shape), 'model', 'serviceTier'];

/**
 * A generateContent request in neutral form; the path's model and method are told as `outside`. Nothing is lost: what the
 * canonical form has no place for is kept as extensions.
 *
 * @throws GatewayError `invalid_request` that names the parameter at fault.
 */
export function decodeRequest(body: unknown, outside?: RequestOutside): WithWarnings<CanonicalRequest> {
  if (outside === undefined) {
    throw new GatewayError('invalid_request', 'a gemini request names its model in the path', { param: 'model' });
  }
  const wire = parseWire(wireRequest, body);
  const { toolChoice, rest: toolConfig } = decodeToolConfig(wire.toolConfig);
  const { fields, rest: generationConfig } = decodeGenerationConfig(wire.generationConfig);
  const { serviceTier } = wire;
  const value: CanonicalRequest = compact({
    model: outside.model,
    stream: outside.stream,
    messages: decodeContents(wire),
    tools: decodeTools(wire.tools ?? []),
    toolChoice,
    ...fields,
    serviceTier: typeof serviceTier === 'string' ? serviceTier.toLowerCase() : undefined,
    extensions: extensionsOf(GEMINI, restOf({ ...restOf(wire, READ_FIELDS), toolConfig, generationConfig }, [])),
  });
  return { value, warnings: [] };
}
